// What a call to collectEvent costs in each set-up, all of them in one process, beside logger.emit. Fresh metadata at
// each call. V8 compiles a call for all collectors that it has seen there, so that one may be slower than if it were alone.
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { startTelemetry } from 'rimp-telemetry';
import { micro } from '../harness.mjs';
import { batchProcessor, collectorTo, expectDelivered, MAKERS, nowhere, onProvider } from '../parts.mjs';

const raw = new LoggerProvider({ processors: [batchProcessor(nowhere(), { maxQueueSize: 10_000 })] });
const rawLogger = raw.getLogger('shop');
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

for (const [keys, make] of Object.entries(MAKERS)) {
  const collect = (collector, settle = turn) => ({
    settle,
    run(count) {
      for (let i = 0; i < count; i += 1) collector.collectEvent('shop', 'order placed', 'info', make(i));
    },
  });
  await micro(`event-setups-${keys}`, `an event of ${keys} metadata`, {
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
  });
}
if (length === 0) throw new Error('the listener heard nothing');
await expectDelivered({ provided, alone, heard, started: started.collector });
process.exit();
