import { canonicalJson } from '../codec/canonical-json.js';
import { isEvent, type TelemetryItem } from '../model/item.js';
import type { ResolvedQuery } from '../model/query.js';
import { severityOf } from '../model/severity.js';

/** Whether an item is what a query asks for, which is the same for every storage; limit, order and cursor aside. */
export type Matcher = (item: TelemetryItem) => boolean;

/** Makes the test of a query. */
export function matcherOf(query: ResolvedQuery): Matcher {
  const { startMillis, endMillis, events, metrics, eventTypes, minSeverity, source, text, traceId, name } = query;
  const metadata = wanted(query.metadata);
  const tags = wanted(query.tags);
  return (item) => {
    const millis = item.timestamp.getTime();
    if (millis < startMillis || millis > endMillis) return false;
    if (!isEvent(item)) {
      return metrics && (name === undefined || item.name === name) && has(item.tags, tags);
    }
    return (
      events &&
      (eventTypes === undefined || eventTypes.has(item.eventType)) &&
      (minSeverity === undefined || severityOf(item) >= minSeverity) &&
      (source === undefined || item.source === source) &&
      (text === undefined || item.message.includes(text)) &&
      (traceId === undefined || isTrace(item.otel?.traceId, traceId)) &&
      has(item.metadata, metadata)
    );
  };
}

type Wanted = readonly (readonly [key: string, json: string])[];

function wanted(map: object | undefined): Wanted {
  return map === undefined ? [] : Object.entries(map).map(([key, value]) => [key, canonicalJson(value)]);
}

function has(map: object | undefined, all: Wanted): boolean {
  if (all.length === 0) return true;
  if (map === undefined) return false;
  return all.every(([key, json]) => Object.hasOwn(map, key) && isEqual((map as Record<string, unknown>)[key], json));
}

/** Items that somebody made by hand may hold anything. */
function isTrace(value: unknown, traceId: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === traceId;
}

function isEqual(value: unknown, json: string): boolean {
  try {
    return canonicalJson(value) === json;
  } catch {
    // what has no end, or can't be read, equals nothing
    return false;
  }
}
