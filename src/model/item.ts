import { TelemetryEvent } from './event.js';
import type { TelemetryMetric } from './metric.js';

/** An item of either kind. */
export type TelemetryItem = TelemetryEvent | TelemetryMetric;

/** Whether an item is an event. */
export function isEvent(item: TelemetryItem): item is TelemetryEvent {
  return item instanceof TelemetryEvent || 'eventId' in item;
}
