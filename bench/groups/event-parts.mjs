// What an event through a user's provider can't do without, piece by piece: where the time of collectEvent goes.
import { micro } from '../harness.mjs';
import { collecting, collectorTo, MAKERS, onProvider, rawEmitter, turn } from '../parts.mjs';

const emitting = rawEmitter();
const alone = collectorTo();
const provided = collectorTo();
const provider = onProvider(provided);
const make = MAKERS[4];
const now = Date.now();
let kept;

/** A piece of work in a loop; what it gives is kept, so that it is done. */
const piece = (work) => ({
  settle: turn,
  run(count) {
    for (let i = 0; i < count; i += 1) kept = work(i);
  },
});
await micro('event-parts', 'the parts of an event of 4 metadata', {
  'logger.emit, batch processor': emitting(make),
  'the same without attributes': emitting(() => undefined),
  'Date.now()': piece(() => Date.now()),
  'a Date': piece((i) => new Date(now + i)),
  'a map of 4 metadata': piece(make),
  'the map, and a copy of it key by key': piece((i) => {
    const from = make(i);
    const copy = {};
    for (const key in from) copy[key] = from[key];
    return copy;
  }),
  'collectEvent, no SDK, kept nowhere': collecting(alone, make),
  'collectEvent, the same provider with ours first': collecting(provided, make, () => provider.forceFlush()),
});
if (kept === undefined) throw new Error('nothing was done');
process.exit();
