import type { EventLine } from '../../api-types.js';
import { nanosOf, startOf } from '../traces/trace-model.js';

/** Milliseconds from a span's start to its end; `undefined` of an event that is no span, or whose end is unknown. */
export function spanMillis(event: EventLine): number | undefined {
  const end = nanosOf(event.otel?.span?.endTimeUnixNano);
  return end === undefined || end === 0n ? undefined : Number(end - startOf(event)) / 1e6;
}
