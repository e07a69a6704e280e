import { eventOtelOf } from '../../codec/otel-check.js';
import type { AnyValueMap } from '../../model/any-value.js';
import type { TelemetryEvent } from '../../model/event.js';
import type { EventOtel } from '../../model/otel-fields.js';
import type { LogRecordLike, SpanLike } from '../../otel/sdk-types.js';
import { recordsOf } from './logs.js';
import { spansOf } from './spans.js';

/** An event, and its `otel` part with fields of the right types alone: an event made by hand may have others. */
export interface CheckedEvent {
  readonly event: TelemetryEvent;
  readonly otel: EventOtel;
}

/** What events become: each of them one or the other. */
export interface EventsInOtlp {
  readonly records: readonly LogRecordLike[];
  readonly spans: readonly SpanLike[];
}

/**
 * The log records and spans that events become.
 *
 * @param resource - the attributes of the resource of events without one of their own.
 */
export function otlpOfEvents(events: readonly TelemetryEvent[], resource: AnyValueMap = {}): EventsInOtlp {
  const logs: CheckedEvent[] = [];
  const spans: CheckedEvent[] = [];
  for (const event of events) {
    const otel = eventOtelOf(event.otel, { date: event.timestamp }) ?? {};
    (otel.span === undefined ? logs : spans).push({ event, otel });
  }
  return { records: recordsOf(logs, resource), spans: spansOf(spans, resource) };
}
