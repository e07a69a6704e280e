// What a call to collectEvent costs through a provider of the user's, beside logger.emit and loggers that write to
// nowhere. Fresh metadata at each call. One collector, one logger and so on, as in an application: V8 compiles a call for
// the objects that it has seen there.
import { Writable } from 'node:stream';
import { configure, getLogger } from '@logtape/logtape';
import pino from 'pino';
import winston from 'winston';
import { micro, ratio } from '../harness.mjs';
import { collecting, collectorTo, expectDelivered, MAKERS, onProvider, rawEmitter, turn } from '../parts.mjs';

const emitting = rawEmitter();
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
const collector = collectorTo();
const provider = onProvider(collector);

for (const [keys, make] of Object.entries(MAKERS)) {
  const m = await micro(`event-calls-${keys}`, `an event of ${keys} metadata`, {
    'logger.emit, batch processor': emitting(make),
    'collectEvent, the same provider with ours first': collecting(collector, make, () => provider.forceFlush()),
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
  const ours = m['collectEvent, the same provider with ours first'];
  const theirs = m['logger.emit, batch processor'];
  ratio(`${keys} keys, collectEvent on a provider over logger.emit`, ours / theirs, 'at most 1.0');
  ratio(`${keys} keys, collectEvent on a provider over pino`, ours / m.pino, 'at most 1.0');
}
await expectDelivered({ collector });
process.exit();
