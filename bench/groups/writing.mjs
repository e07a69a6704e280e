// From the call to the file, beside pino at each of its settings; and appending ready events beside bare writes.
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { FileStorage, TelemetryCollector, TelemetryData } from 'rimp-telemetry';
import { compare, quick, ratio, timed } from '../harness.mjs';
import { batchOf, fieldsOf } from '../lines.mjs';

const LINES = quick ? 50_000 : 200_000;
const ROUNDS = quick ? 3 : 11;
const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
let files = 0;
function fresh() {
  // what nobody reads any more is not written to the disk behind the next case's back
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  return join(directory, `${files++}.jsonl`);
}
/** Lines before those that are measured: what a process compiles for its first lines is not what it takes later. */
const WARM = LINES / 5;
const turn = () => new Promise((resolve) => setImmediate(resolve));

const withCollector =
  (storageOptions, config = {}) =>
  async () => {
    const place = { storageBackend: 'file', storagePath: fresh() };
    // room for all: what is measured is how fast a disk takes lines, not what happens if it takes them too slowly
    const room = { maxQueueSize: WARM + LINES + 1, maxQueueBytes: 2 ** 31 };
    const collector = new TelemetryCollector({ ...place, ...config }, { storageOptions, ...room });
    const write = async (lines) => {
      for (let i = 0; i < lines; i += 1) {
        collector.collectEvent('shop', `order ${i} placed`, 'info', fieldsOf(i));
        if (i % 1000 === 999) await turn();
      }
      await collector.forceFlush();
    };
    await write(WARM);
    const time = await timed(() => write(LINES));
    const { delivered } = collector.health();
    if (delivered !== WARM + LINES) throw new Error(`${delivered} of ${WARM + LINES} delivered`);
    await collector.shutdown();
    return time;
  };
const withPino = (options) => async () => {
  const destination = pino.destination({ dest: fresh(), ...options });
  await new Promise((resolve) => destination.once('ready', resolve));
  const logger = pino({ base: { source: 'shop' } }, destination);
  const write = async (lines) => {
    for (let i = 0; i < lines; i += 1) {
      logger.info(fieldsOf(i), `order ${i} placed`);
      if (i % 1000 === 999) await turn();
    }
    if (options.sync) destination.flushSync();
    else await new Promise((resolve, reject) => destination.flush((error) => (error ? reject(error) : resolve())));
  };
  await write(WARM);
  const time = await timed(() => write(LINES));
  destination.end();
  return time;
};
const m = await compare(
  'writing',
  'from the call to the file',
  'ns a line',
  {
    'pino, sync: true': withPino({ sync: true }),
    'pino, sync: true, minLength 16 KiB': withPino({ sync: true, minLength: 16_000 }),
    'pino, sync: false': withPino({ sync: false }),
    'pino, sync: false, minLength 16 KiB': withPino({ sync: false, minLength: 16_000 }),
    'collectEvent, default settings': withCollector({}),
    'collectEvent, bufferSize 1,000': withCollector({}, { bufferSize: 1000 }),
    "collectEvent, durability 'fsync'": withCollector({ durability: 'fsync' }),
  },
  { per: LINES / 1e6, rounds: ROUNDS },
);
const best = Math.min(...Object.entries(m).flatMap(([name, time]) => (name.startsWith('pino') ? [time] : [])));
ratio("lines a second over pino's best", best / m['collectEvent, default settings'], 'at least 2');
ratio("with bufferSize 1,000, over pino's best", best / m['collectEvent, bufferSize 1,000'], 'at least 2');
ratio("with 'fsync', over pino's best", best / m["collectEvent, durability 'fsync'"], 'at least 1.2');

const batch = batchOf(0, 1000);
const forms = batch.events.map((event) => ({
  type: 'event',
  data: {
    event_id: event.eventId,
    timestamp: event.timestamp.toISOString(),
    event_type: event.eventType,
    source: event.source,
    message: event.message,
    metadata: event.metadata,
  },
}));
const ready = forms.map((form) => `${JSON.stringify(form)}\n`);
const bare = (lineOf) => () => {
  const descriptor = openSync(fresh(), 'a');
  return timed(() => {
    let text = '';
    for (let i = 0; i < LINES; i += 1) {
      text += lineOf(i % 1000);
      if (text.length >= 262_144) {
        writeSync(descriptor, text);
        text = '';
      }
    }
    writeSync(descriptor, text);
    closeSync(descriptor);
  });
};
const stored = (options) => async () => {
  const storage = new FileStorage({ path: fresh(), ...options });
  // a batch of its own each time: progress is remembered by batch
  const batches = Array.from({ length: LINES / 1000 }, () => new TelemetryData(batch));
  return timed(async () => {
    for (const some of batches) await storage.store(some);
    await storage.close();
  });
};
const appended = await compare(
  'appending',
  'appending ready events',
  'ns a line',
  {
    'JSON.stringify of each, fs.write of 256 KiB': bare((i) => `${JSON.stringify(forms[i])}\n`),
    'fs.write of ready lines': bare((i) => ready[i]),
    'FileStorage.store, batches of 1,000': stored({}),
    "FileStorage.store, durability 'fsync'": stored({ durability: 'fsync' }),
  },
  { per: LINES / 1e6, rounds: ROUNDS },
);
ratio(
  'FileStorage over stringify and write',
  appended['FileStorage.store, batches of 1,000'] / appended['JSON.stringify of each, fs.write of 256 KiB'],
);
process.exit();
