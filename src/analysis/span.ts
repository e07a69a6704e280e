import type { TelemetryEvent } from '../model/event.js';
import { TelemetryMetric } from '../model/metric.js';
import type { SpanDetail } from '../model/otel-fields.js';
import { spanDurationMillis } from '../model/span.js';

/** What makes an event a span; `undefined` of any other event. */
export function spanOf({ otel }: TelemetryEvent): SpanDetail | undefined {
  return otel?.span;
}

/** A span's duration as a measurement, so that spans of one name are summarised and compared as those are. */
export function spanAsMetric(event: TelemetryEvent, name: string): TelemetryMetric {
  return new TelemetryMetric({
    metricId: event.eventId,
    timestamp: event.timestamp,
    name,
    value: spanDurationMillis(event) ?? 0,
    unit: 'ms',
  });
}
