import type { TelemetryEvent } from './event.js';
import { isEvent, type TelemetryItem } from './item.js';
import type { TelemetryMetric } from './metric.js';

/** What an object costs beside its texts: itself, its properties, its place in a list. */
const OBJECT_BYTES = 48;
const ITEM_BYTES = 200;
/** Values that are looked at in one map: beyond it a size is an estimate by the part that was seen. */
const MAX_VALUES = 1_000;

/**
 * An estimate of the memory that an item takes, in bytes: its texts as UTF-16, its values and objects. The resource,
 * which items share, doesn't count.
 *
 * @param mapBytes - an event's metadata or a metric's tags, without {@link OBJECT_BYTES}, if they were counted before.
 */
export function sizeOfItem(item: TelemetryItem, mapBytes?: number): number {
  return isEvent(item) ? sizeOfEvent(item, mapBytes) : sizeOfMetric(item, mapBytes);
}

/** As {@link sizeOfItem}, of an event. */
export function sizeOfEvent({ eventId, source, message, metadata, otel }: TelemetryEvent, mapBytes?: number): number {
  let size = ITEM_BYTES + 2 * (eventId.length + source.length + message.length);
  if (metadata !== undefined) size += sizeOfMap(metadata, mapBytes);
  return otel === undefined ? size : size + sizeOfOtel(otel);
}

/** As {@link sizeOfItem}, of a metric. */
export function sizeOfMetric({ metricId, name, unit, tags, otel }: TelemetryMetric, mapBytes?: number): number {
  let size = ITEM_BYTES + 2 * (metricId.length + name.length + (unit?.length ?? 0));
  if (tags !== undefined) size += sizeOfMap(tags, mapBytes);
  return otel === undefined ? size : size + sizeOfOtel(otel);
}

/** What the `otel` part before took: the points of one collection share one, which is frozen. */
let lastShared: object | undefined;
let lastSharedSize = 0;

function sizeOfOtel(otel: object): number {
  if (otel === lastShared) return lastSharedSize;
  let budget: { left: number } | undefined;
  let size = OBJECT_BYTES;
  for (const key in otel) {
    if (key === 'resource') continue;
    budget ??= { left: MAX_VALUES };
    size += 16 + sizeOfValue((otel as Record<string, unknown>)[key], budget);
  }
  if (budget !== undefined && Object.isFrozen(otel)) {
    lastShared = otel;
    lastSharedSize = size;
  }
  return size;
}

/** The estimates of some items together. */
export function sizeOfItems(items: Iterable<TelemetryItem>): number {
  let size = 0;
  for (const item of items) size += sizeOfItem(item);
  return size;
}

function sizeOfMap(map: object, known: number | undefined): number {
  if (known !== undefined) return OBJECT_BYTES + known;
  let size = OBJECT_BYTES;
  let left = MAX_VALUES;
  for (const key in map) {
    const value: unknown = (map as Record<string, unknown>)[key];
    left -= 1;
    if (left < 0 || (typeof value === 'object' && value !== null)) return sizeOfValue(map, { left: MAX_VALUES });
    size += 16 + 2 * key.length + (typeof value === 'string' ? 2 * value.length : 8);
  }
  return size;
}

function sizeOfValue(value: unknown, budget: { left: number }): number {
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return OBJECT_BYTES + value.byteLength;
  let size = OBJECT_BYTES;
  let seen = 0;
  for (const key in value) {
    budget.left -= 1;
    // a list or map without end: the rest is taken to be like what was seen of it
    if (budget.left < 0) return Math.round((size / Math.max(1, seen)) * Object.keys(value).length);
    seen += 1;
    size += 16 + 2 * key.length + sizeOfValue((value as Record<string, unknown>)[key], budget);
  }
  return size;
}
