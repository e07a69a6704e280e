import type { AnyValueMap } from '../../model/any-value.js';
import type { TelemetryEvent } from '../../model/event.js';
import type { EventOtel } from '../../model/otel-fields.js';

/** The event that goes on if no processor was there before ours: the very event, of the provider's resource. */
export function untouched(event: TelemetryEvent, resource: AnyValueMap | undefined): TelemetryEvent {
  if (resource === undefined) return event;
  if (event.otel === undefined) return withOtel(event, { resource });
  (event.otel as { resource: AnyValueMap }).resource = resource;
  return event;
}

/** The same event object with more in its `otel` part: it is on its way and nobody else has seen it yet. */
export function withOtel(event: TelemetryEvent, otel: EventOtel): TelemetryEvent {
  (event as { otel: EventOtel | undefined }).otel = otel;
  return event;
}
