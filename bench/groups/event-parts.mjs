// What an event through a user's provider can't do without, piece by piece: where the time of collectEvent goes.
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { micro } from '../harness.mjs';
import { batchProcessor, collectorTo, MAKERS, nowhere, onProvider } from '../parts.mjs';

const raw = new LoggerProvider({ processors: [batchProcessor(nowhere(), { maxQueueSize: 10_000 })] });
const rawLogger = raw.getLogger('shop');
const alone = collectorTo();
const provided = collectorTo();
const provider = onProvider(provided);
const make = MAKERS[4];
const turn = () => new Promise((resolve) => setImmediate(resolve));
const now = Date.now();
let kept;

/** A piece of work in a loop; what it gives is kept, so that it is done. */
const piece = (work) => ({
  settle: turn,
  run(count) {
    for (let i = 0; i < count; i += 1) kept = work(i);
  },
});
const emitting = (recordOf) => ({
  settle: () => raw.forceFlush(),
  run(count) {
    for (let i = 0; i < count; i += 1) rawLogger.emit(recordOf(i));
  },
});
const collecting = (collector, settle) => ({
  settle,
  run(count) {
    for (let i = 0; i < count; i += 1) collector.collectEvent('shop', 'order placed', 'info', make(i));
  },
});
await micro('event-parts', 'the parts of an event of 4 metadata', {
  'logger.emit, batch processor': emitting((i) => ({
    severityNumber: 9,
    severityText: 'INFO',
    body: 'order placed',
    attributes: make(i),
  })),
  'the same without attributes': emitting(() => ({ severityNumber: 9, severityText: 'INFO', body: 'order placed' })),
  'Date.now()': piece(() => Date.now()),
  'a Date': piece((i) => new Date(now + i)),
  'a map of 4 metadata': piece(make),
  'the map, and a copy of it key by key': piece((i) => {
    const from = make(i);
    const copy = {};
    for (const key in from) copy[key] = from[key];
    return copy;
  }),
  'collectEvent, no SDK, kept nowhere': collecting(alone, turn),
  'collectEvent, the same provider with ours first': collecting(provided, () => provider.forceFlush()),
});
if (kept === undefined) throw new Error('nothing was done');
process.exit();
