import type { TelemetryEvent } from '../model/event.js';
import type { SpanDetail } from '../model/otel-fields.js';

/** What makes an event a span; `undefined` of any other event. */
export function spanOf({ otel }: TelemetryEvent): SpanDetail | undefined {
  return otel?.span;
}

/** An event's time in nanoseconds since the Unix epoch: a span's start. */
export function startNanosOf({ timestamp, otel }: TelemetryEvent): bigint {
  return nanosOf(otel?.timeUnixNano) ?? BigInt(Math.round(timestamp.getTime() || 0)) * 1_000_000n;
}

/** A span's end in nanoseconds since the Unix epoch, its start if it has none or an earlier one; of other events their time. */
export function endNanosOf(event: TelemetryEvent): bigint {
  const start = startNanosOf(event);
  const end = nanosOf(spanOf(event)?.endTimeUnixNano) ?? start;
  return end > start ? end : start;
}

/** How long a span took, in milliseconds. */
export function spanMillis(event: TelemetryEvent): number {
  return Number(endNanosOf(event) - startNanosOf(event)) / 1e6;
}

function nanosOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
}
