import { EventType } from './event-type.js';

/** The OpenTelemetry severity number that an event type stands for: the smallest of its range. */
export function severityNumberOf(eventType: EventType): number {
  switch (eventType) {
    case EventType.DEBUG:
      return 5;
    case EventType.WARNING:
      return 13;
    case EventType.ERROR:
      return 17;
    default:
      return 9;
  }
}

/** The severity number of an event: its own, or that of its type. */
export function severityOf(event: {
  readonly eventType: 'info' | 'warning' | 'error' | 'debug';
  readonly otel?: { readonly severityNumber?: number } | undefined;
}): number {
  return event.otel?.severityNumber ?? severityNumberOf(event.eventType);
}

/** The event type of an OpenTelemetry severity number, `undefined` for 0 and whatever is no severity number. */
export function eventTypeOf(severityNumber: unknown): EventType | undefined {
  if (typeof severityNumber !== 'number' || !(severityNumber >= 1 && severityNumber <= 24)) return undefined;
  if (severityNumber < 9) return EventType.DEBUG;
  if (severityNumber < 13) return EventType.INFO;
  if (severityNumber < 17) return EventType.WARNING;
  return EventType.ERROR;
}

/** The severity text of an event type: its word in capitals. */
export function severityTextOf(eventType: EventType): string {
  switch (eventType) {
    case EventType.DEBUG:
      return 'DEBUG';
    case EventType.WARNING:
      return 'WARNING';
    case EventType.ERROR:
      return 'ERROR';
    default:
      return 'INFO';
  }
}
