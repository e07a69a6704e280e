// Files against pino and against bare writes and parsing. Usage: node --expose-gc bench/files.mjs [lines]
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { FileStorage, TelemetryCollector, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { compare, ratio, timed } from './harness.mjs';

const LINES = Number(process.argv[2] ?? 200_000);
const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
const fresh = (() => {
  let n = 0;
  return () => {
    // what nobody reads any more is not written to the disk behind the next case's back
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
    return join(directory, `${n++}.jsonl`);
  };
})();
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const START = Date.UTC(2026, 0, 1);
const fields = (i) => ({ user_id: `u${i % 1000}`, amount: (i % 9973) / 100, ok: true, items: i % 7 });
// few objects that live long: the collector of garbage is not what is measured
const events = Array.from(
  { length: 1000 },
  (_, i) =>
    new TelemetryEvent({
      source: 'shop',
      message: `order ${i} placed`,
      timestamp: new Date(START + i),
      metadata: fields(i),
    }),
);
const batches = Array.from({ length: LINES / 1000 }, () => new TelemetryData({ events }));
const pythonForm = (event) => ({
  type: 'event',
  data: {
    event_id: event.eventId,
    timestamp: event.timestamp.toISOString(),
    event_type: event.eventType,
    source: event.source,
    message: event.message,
    metadata: event.metadata,
  },
});

function bare(lineOf) {
  const descriptor = openSync(fresh(), 'a');
  let text = '';
  for (let i = 0; i < LINES; i += 1) {
    text += lineOf(i % 1000);
    if (text.length >= 65_536) {
      writeSync(descriptor, text);
      text = '';
    }
  }
  writeSync(descriptor, text);
  closeSync(descriptor);
}
const forms = events.map(pythonForm);
const ready = forms.map((form) => `${JSON.stringify(form)}\n`);

console.log(`${LINES} lines of ${(ready.join('').length / 1000).toFixed(0)} bytes, Node ${process.version}`);
{
  const m = await compare(
    'appending ready events',
    'ns/line',
    [
      ['fs.write of ready lines', () => timed(() => bare((i) => ready[i]))],
      ['JSON.stringify and fs.write, 64 KiB pieces', () => timed(() => bare((i) => `${JSON.stringify(forms[i])}\n`))],
      [
        'FileStorage.store, batches of 1,000',
        async () => {
          const storage = new FileStorage(fresh());
          return timed(async () => {
            for (const batch of batches) await storage.store(batch);
            await storage.close();
          });
        },
      ],
      [
        "FileStorage.store, durability 'fsync'",
        async () => {
          const storage = new FileStorage({ path: fresh(), durability: 'fsync' });
          return timed(async () => {
            for (const batch of batches) await storage.store(batch);
            await storage.close();
          });
        },
      ],
    ],
    { per: LINES / 1e6 },
  );
  ratio(
    'FileStorage over stringify and write',
    m['FileStorage.store, batches of 1,000'] / m['JSON.stringify and fs.write, 64 KiB pieces'],
    'at most 1.15',
  );
}
{
  const withCollector = async (storageOptions, config = {}) => {
    const collector = new TelemetryCollector(
      { storageBackend: 'file', storagePath: fresh(), ...config },
      { storageOptions },
    );
    const time = await timed(async () => {
      for (let i = 0; i < LINES; i += 1) {
        collector.collectEvent('shop', `order ${i} placed`, 'info', fields(i));
        if (i % 1000 === 999) await new Promise((resolve) => setImmediate(resolve));
      }
      await collector.forceFlush();
    });
    const { delivered } = collector.health();
    if (delivered !== LINES) throw new Error(`${delivered} of ${LINES} delivered`);
    await collector.shutdown();
    return time;
  };
  const withPino = async (options) => {
    const destination = pino.destination({ dest: fresh(), ...options });
    await new Promise((resolve) => destination.once('ready', resolve));
    const logger = pino({ base: { source: 'shop' } }, destination);
    return timed(async () => {
      for (let i = 0; i < LINES; i += 1) {
        logger.info(fields(i), `order ${i} placed`);
        if (i % 1000 === 999) await new Promise((resolve) => setImmediate(resolve));
      }
      if (options.sync) destination.flushSync();
      else await new Promise((resolve, reject) => destination.flush((error) => (error ? reject(error) : resolve())));
    });
  };
  const m = await compare(
    'from the call to the file',
    'ns/line',
    [
      ['pino, sync: true', () => withPino({ sync: true })],
      ['pino, sync: true, minLength 16 KiB', () => withPino({ sync: true, minLength: 16_000 })],
      ['pino, sync: false', () => withPino({ sync: false })],
      ['pino, sync: false, minLength 16 KiB', () => withPino({ sync: false, minLength: 16_000 })],
      ['collectEvent, default settings', () => withCollector({})],
      ['collectEvent, bufferSize 1,000', () => withCollector({}, { bufferSize: 1000 })],
      ["collectEvent, durability 'fsync'", () => withCollector({ durability: 'fsync' })],
    ],
    { per: LINES / 1e6 },
  );
  const best = Math.min(...Object.entries(m).flatMap(([name, time]) => (name.startsWith('pino') ? [time] : [])));
  ratio("lines a second over pino's best", best / m['collectEvent, default settings'], 'at least 3');
  ratio("with bufferSize 1,000, over pino's best", best / m['collectEvent, bufferSize 1,000']);
  ratio("with 'fsync', over pino's best", best / m["collectEvent, durability 'fsync'"], 'at least 1.5');
}
{
  const path = fresh();
  const storage = new FileStorage(path);
  for (const batch of batches) await storage.store(batch);
  await storage.close();
  const m = await compare(
    'reading all',
    'ns/line',
    [
      [
        'split the file, JSON.parse of each line',
        () =>
          timed(() => {
            const items = [];
            for (const line of readFileSync(path, 'utf8').split('\n')) if (line !== '') items.push(JSON.parse(line));
            if (items.length !== LINES) throw new Error('lost');
          }),
      ],
      [
        'FileStorage.retrieve',
        () =>
          timed(async () => {
            if ((await new FileStorage(path).retrieve()).size !== LINES) throw new Error('lost');
          }),
      ],
      [
        'FileStorage.scan',
        () =>
          timed(async () => {
            let n = 0;
            for await (const _item of new FileStorage(path).scan()) n += 1;
            if (n !== LINES) throw new Error('lost');
          }),
      ],
    ],
    { per: LINES / 1e6 },
  );
  const plain = m['split the file, JSON.parse of each line'];
  ratio('items a second, retrieve over split and parse', plain / m['FileStorage.retrieve'], 'at least 0.9');
  ratio('items a second, scan over split and parse', plain / m['FileStorage.scan'], 'at least 0.9');
}
{
  const path = fresh();
  const storage = new FileStorage(path);
  const count = 1_000_000;
  for (let i = 0; i < count; i += 1000) {
    const some = Array.from(
      { length: 1000 },
      (_, k) =>
        new TelemetryEvent({
          source: 'shop',
          message: `order ${i + k}`,
          timestamp: new Date(START + (i + k) * 10),
          metadata: fields(i + k),
        }),
    );
    await storage.store(new TelemetryData({ events: some }));
  }
  await storage.close();
  const window = async () => {
    const { size } = await new FileStorage(path).retrieve({
      startTime: new Date(START + 7_000_000),
      endTime: new Date(START + 7_000_990),
    });
    if (size !== 100) throw new Error(`${size} of 100`);
  };
  const whole = async () => {
    let n = 0;
    for await (const _item of new FileStorage(path).scan()) n += 1;
    if (n !== count) throw new Error('lost');
  };
  const m = await compare(
    `a window of 100 items in a file of a million lines, ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`,
    'ms',
    [
      ['reading the whole', () => timed(whole)],
      ['the window', () => timed(window)],
      [
        'the window, without an index',
        async () => {
          renameSync(`${path}.idx`, `${path}.away`);
          const time = await timed(window);
          renameSync(`${path}.away`, `${path}.idx`);
          return time;
        },
      ],
    ],
    { rounds: 15, per: 1, collect: false },
  );
  ratio('window over whole', m['the window'] / m['reading the whole'], 'at most 0.01');
  ratio('window without an index over whole', m['the window, without an index'] / m['reading the whole']);
}
