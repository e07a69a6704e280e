// From the call to a local endpoint in another process, none lost: OpenTelemetry's own parts, and ours.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { RimpLogRecordProcessor, startTelemetry } from 'rimp-telemetry';
import { compare, quick, ratio, timed } from '../harness.mjs';
import { batchProcessor, collectorTo, MAKERS } from '../parts.mjs';

const RECORDS = quick ? 20_000 : 100_000;
/** Those before, which are not timed: what runs for the first time is compiled in these. */
const FIRST = RECORDS / 2;
const make = MAKERS[4];
/** An endpoint that answers after so many milliseconds. */
async function sinkOf(delay) {
  const sink = fork(new URL('../sink.mjs', import.meta.url), [String(delay)], { execArgv: [] });
  process.on('exit', () => sink.kill());
  const [{ url }] = await once(sink, 'message');
  return { sink, url };
}
const atOnce = await sinkOf(0);
const late = await sinkOf(20);
let { sink, url } = atOnce;
const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
let queues = 0;
const onDisk = () => ({ queue: { directory: join(directory, String(queues++)) } });

/** Emits in turns of the event loop, as a server does. */
async function inTurns(each, records) {
  for (let i = 0; i < records; ) {
    for (const end = Math.min(records, i + 500); i < end; i += 1) each(i);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const official = () => batchProcessor(new OTLPLogExporter({ url: `${url}/v1/logs` }), { maxQueueSize: RECORDS });
const emitOn = (logger) => (i) =>
  logger.emit({ severityNumber: 9, severityText: 'INFO', body: 'benched order', attributes: make(i) });
const collectOn = (collector) => (i) => collector.collectEvent('shop', 'benched order', 'info', make(i));
/** Throws if not so many records have arrived since the last look. */
async function expectArrived(expected) {
  sink.send('?');
  const [{ records }] = await once(sink, 'message');
  if (records !== expected) throw new Error(`${records} of ${expected} arrived`);
}
/** Milliseconds until all has arrived; throws if it hasn't. */
const arriving = (prepare) => async () => {
  const { each, flush, end } = prepare();
  await inTurns(each, FIRST);
  await flush();
  await expectArrived(FIRST);
  const time = await timed(async () => {
    await inTurns(each, RECORDS);
    await flush();
  });
  await expectArrived(RECORDS);
  await end();
  return time;
};
const flushAndEnd = (whole) => ({ flush: () => whole.forceFlush(), end: () => whole.shutdown() });
const ours = (otlp) => () => {
  const telemetry = startTelemetry({
    register: false,
    collectorOptions: { storage: collectorTo().storage },
    otlp: { endpoint: url, maxQueueSize: RECORDS, ...otlp },
  });
  return { each: collectOn(telemetry.collector), ...flushAndEnd(telemetry) };
};
const raw = () => {
  const provider = new LoggerProvider({ processors: [official()] });
  return { each: emitOn(provider.getLogger('shop')), ...flushAndEnd(provider) };
};
const m = await compare(
  'exporting',
  `from the call to a local endpoint, ${RECORDS} events in turns of 500`,
  'µs a record',
  {
    'logger.emit, official processor and exporter': arriving(raw),
    'collectEvent, official processor and exporter': arriving(() => {
      const collector = collectorTo();
      const provider = new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector), official()] });
      collector.useProviders({ loggerProvider: provider });
      return { each: collectOn(collector), ...flushAndEnd(provider) };
    }),
    'logger.emit, our queue on disk': arriving(() => {
      const telemetry = startTelemetry({
        register: false,
        config: { enabled: false },
        otlp: { endpoint: url, ...onDisk() },
      });
      return { each: emitOn(telemetry.loggerProvider.getLogger('shop')), ...flushAndEnd(telemetry) };
    }),
    'collectEvent, our queue in memory': arriving(() => ours({})()),
    'collectEvent, our queue on disk': arriving(() => ours(onDisk())()),
  },
  { per: RECORDS / 1000, rounds: quick ? 3 : 9 },
);
const [plain, behind, , memory, disk] = Object.values(m);
ratio(
  'records a second, our queue in memory over the official parts behind collectEvent',
  behind / memory,
  'at least 1.5',
);
ratio('records a second, our queue on disk over the official parts behind collectEvent', behind / disk, 'at least 1.5');
ratio('records a second, our queue in memory over raw logger.emit', plain / memory, 'at least 1.0');
ratio('records a second, our queue on disk over raw logger.emit', plain / disk, 'at least 1.0');

({ sink, url } = late);
await compare(
  'exporting-late',
  `to an endpoint that answers after 20 ms, ${RECORDS} events in turns of 500`,
  'µs a record',
  {
    'logger.emit, official processor and exporter': arriving(raw),
    'collectEvent, our queue in memory': arriving(() => ours({})()),
    'collectEvent, our queue on disk': arriving(() => ours(onDisk())()),
  },
  { per: RECORDS / 1000, rounds: quick ? 1 : 3 },
);
process.exit();
