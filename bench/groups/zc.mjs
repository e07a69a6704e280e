// What a call to collectEvent costs, beside loggers that write to nowhere. Fresh metadata at each call.
import { Writable } from 'node:stream';
import { configure, getLogger } from '@logtape/logtape';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import pino from 'pino';
import { startTelemetry } from 'rimp-telemetry';
import winston from 'winston';
import { micro, ratio } from '../harness.mjs';
import { batchProcessor, collectorTo, MAKERS, nowhere, onProvider } from '../parts.mjs';

const raw = new LoggerProvider({ processors: [batchProcessor(nowhere(), { maxQueueSize: 10_000 })] });
const rawLogger = raw.getLogger('shop');
const pinoLogger = pino({ base: { source: 'shop' } }, { write() {} });
const winstonLogger = winston.createLogger({
  defaultMeta: { source: 'shop' },
  transports: [new winston.transports.Stream({ stream: new Writable({ write: (_chunk, _encoding, done) => done() }) })],
});
await configure({
  sinks: { nowhere() {} },
  loggers: [
    { category: 'shop', sinks: ['nowhere'], lowestLevel: 'info' },
    { category: ['logtape', 'meta'], sinks: [] },
  ],
});
const logtape = getLogger('shop');
const alone = collectorTo();
const withMemory = collectorTo(undefined);
const provided = collectorTo();
const provider = onProvider(provided);
const heard = collectorTo();
let length = 0;
heard.addListener((data) => {
  length += data.events.length;
});
const started = startTelemetry({ register: false, otlp: false, collectorOptions: { storage: alone.storage } });
const off = collectorTo(undefined, { enabled: false });

const turn = () => new Promise((resolve) => setImmediate(resolve));
const all = {};
for (const [keys, make] of Object.entries(MAKERS).filter(([k]) => k === (process.env.K ?? '4'))) {
  const collect = (collector, settle = turn) => ({
    settle,
    run(count) {
      for (let i = 0; i < count; i += 1) collector.collectEvent('shop', 'order placed', 'info', make(i));
    },
  });
  all[keys] = await micro(`event-calls-${keys}`, `an event of ${keys} metadata`, {
    'logger.emit, batch processor': {
      settle: () => raw.forceFlush(),
      run(count) {
        for (let i = 0; i < count; i += 1)
          rawLogger.emit({ severityNumber: 9, severityText: 'INFO', body: 'order placed', attributes: make(i) });
      },
    },
    'collectEvent, the same provider with ours first': collect(provided, () => provider.forceFlush()),
    'collectEvent, startTelemetry': collect(started.collector),
    'collectEvent, no SDK, kept nowhere': collect(alone),
    'collectEvent, no SDK, kept in memory': collect(withMemory),
    'collectEvent, no SDK, one listener': collect(heard),
    'collectEvent, disabled': collect(off),
    pino: {
      run(count) {
        for (let i = 0; i < count; i += 1) pinoLogger.info(make(i), 'order placed');
      },
    },
    LogTape: {
      run(count) {
        for (let i = 0; i < count; i += 1) logtape.info('order placed', make(i));
      },
    },
    winston: {
      settle: turn,
      run(count) {
        for (let i = 0; i < count; i += 1) winstonLogger.info('order placed', make(i));
      },
    },
  });
  const m = all[keys];
  ratio(
    `${keys} keys, collectEvent on a provider over logger.emit`,
    m['collectEvent, the same provider with ours first'] / m['logger.emit, batch processor'],
    'at most 1.0',
  );
  ratio(
    `${keys} keys, collectEvent on a provider over pino`,
    m['collectEvent, the same provider with ours first'] / m.pino,
    'at most 1.0',
  );
}
if (length === 0) throw new Error('the listener heard nothing');
for (const [name, collector] of Object.entries({ provided, alone, heard, started: started.collector })) {
  await collector.forceFlush();
  const { accepted, delivered } = collector.health();
  if (accepted !== delivered) throw new Error(`${name}: ${delivered} of ${accepted} delivered`);
}
process.exit();
