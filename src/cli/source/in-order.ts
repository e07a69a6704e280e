import type { TelemetryData } from '../../model/data.js';
import type { TelemetryItem } from '../../model/item.js';

/** Both kinds by time; each is in the order of arrival. */
export function inOrder({ events, metrics }: TelemetryData): TelemetryItem[] {
  if (events.length === 0 || metrics.length === 0) return [...events, ...metrics];
  return [...events, ...metrics].sort((a, b) => a.timestamp.getTime() - b.timestamp.getTime());
}
