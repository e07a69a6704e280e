import { TelemetryData } from '../model/data.js';
import { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';

/** An item of either kind. */
export type TelemetryItem = TelemetryEvent | TelemetryMetric;

/** Whether an item is an event. */
export function isEvent(item: TelemetryItem): item is TelemetryEvent {
  return item instanceof TelemetryEvent || 'eventId' in item;
}

/** Items as one {@link TelemetryData}, each kind in the order of the items. */
export async function gather(items: AsyncIterable<TelemetryItem>): Promise<TelemetryData> {
  const events: TelemetryEvent[] = [];
  const metrics: TelemetryMetric[] = [];
  for await (const item of items) {
    if (isEvent(item)) events.push(item);
    else metrics.push(item);
  }
  return new TelemetryData({ events, metrics });
}
