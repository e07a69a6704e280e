import { encodeEvent, encodeMetric } from '../codec/json-line-encode.js';
import { TelemetryEvent } from '../model/event.js';
import { isEvent, type TelemetryItem } from '../model/item.js';
import { TelemetryMetric } from '../model/metric.js';

/**
 * An item as the live view's API writes it: a line of the file format that is JSON to everybody, as `ItemLine` says. If it
 * holds what JSON can't, it comes without its metadata or tags.
 */
export function itemLine(item: TelemetryItem): string {
  try {
    return lineOf(item);
  } catch {
    return lineOf(withoutMaps(item));
  }
}

function lineOf(item: TelemetryItem): string {
  if (isEvent(item)) return encodeEvent(item);
  const line = encodeMetric(item);
  if (Number.isFinite(item.value)) return line;
  // quotes within texts are escaped: this is the field itself
  return line.replace(/"value":(?:NaN|-?1e999)/, `"value":"${item.value}"`);
}

function withoutMaps(item: TelemetryItem): TelemetryItem {
  const { timestamp } = item;
  if (!isEvent(item)) {
    const { metricId, name, value, unit } = item;
    return new TelemetryMetric({ metricId, timestamp, name, value, unit });
  }
  const { eventId, eventType, source, message } = item;
  const metadata = { error: 'the metadata cannot be shown: JSON cannot hold them' };
  return new TelemetryEvent({ eventId, timestamp, eventType, source, message, metadata });
}
