import type { TelemetryEvent } from './event.js';

const NANOS_OF_MILLI = 1_000_000n;

/** How long the span of an event took, in milliseconds; `undefined` if the event is no span, 0 if its end is unknown. */
export function spanDurationMillis(event: Pick<TelemetryEvent, 'timestamp' | 'otel'>): number | undefined {
  const { otel, timestamp } = event;
  if (otel?.span === undefined) return undefined;
  const start =
    otel.timeUnixNano === undefined ? BigInt(timestamp.getTime()) * NANOS_OF_MILLI : BigInt(otel.timeUnixNano);
  // clocks may be set back
  return Math.max(0, Number(BigInt(otel.span.endTimeUnixNano) - start) / 1e6);
}
