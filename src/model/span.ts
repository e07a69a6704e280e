import type { TelemetryEvent } from './event.js';

/** What is asked of an event about its time. */
type Timed = Pick<TelemetryEvent, 'timestamp' | 'otel'>;

const NANOS_OF_MILLI = 1_000_000n;

/** An event's time in nanoseconds since the Unix epoch: a span's start. */
export function startNanosOf({ timestamp, otel }: Timed): bigint {
  return nanosOf(otel?.timeUnixNano) ?? BigInt(Math.round(timestamp.getTime() || 0)) * NANOS_OF_MILLI;
}

/** A span's end in nanoseconds since the Unix epoch, its start if it has none or an earlier one; of other events their time. */
export function endNanosOf(event: Timed): bigint {
  const start = startNanosOf(event);
  const end = nanosOf(event.otel?.span?.endTimeUnixNano) ?? start;
  return end > start ? end : start;
}

/** How long the span of an event took, in milliseconds; `undefined` if the event is no span, 0 if its end is unknown. */
export function spanDurationMillis(event: Timed): number | undefined {
  return event.otel?.span === undefined ? undefined : Number(endNanosOf(event) - startNanosOf(event)) / 1e6;
}

/** Of an event that somebody made by hand the texts may be any. */
function nanosOf(text: unknown): bigint | undefined {
  return typeof text === 'string' && /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
}
