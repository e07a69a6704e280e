// What a call to collectEvent costs in each set-up, all of them in one process, beside logger.emit. Fresh metadata at
// each call. V8 compiles a call for all collectors that it has seen there, so that one may be slower than if it were alone.
import { startTelemetry } from 'rimp-telemetry';
import { micro } from '../harness.mjs';
import { collecting, collectorTo, expectDelivered, MAKERS, onProvider, rawEmitter } from '../parts.mjs';

const emitting = rawEmitter();
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

for (const [keys, make] of Object.entries(MAKERS)) {
  await micro(`event-setups-${keys}`, `an event of ${keys} metadata`, {
    'logger.emit, batch processor': emitting(make),
    'collectEvent, the same provider with ours first': collecting(provided, make, () => provider.forceFlush()),
    'collectEvent, startTelemetry': collecting(started.collector, make),
    'collectEvent, no SDK, kept nowhere': collecting(alone, make),
    'collectEvent, no SDK, kept in memory': collecting(withMemory, make),
    'collectEvent, no SDK, one listener': collecting(heard, make),
    'collectEvent, disabled': collecting(off, make),
  });
}
if (length === 0) throw new Error('the listener heard nothing');
await expectDelivered({ provided, alone, heard, started: started.collector });
process.exit();
