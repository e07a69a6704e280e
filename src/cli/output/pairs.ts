import { textOf } from '../../analysis/filter/fields.js';
import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../../model/any-value.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';

/** A key and its value as text. */
export type Pair = readonly [key: string, value: string];

/** An event's metadata or a metric's tags: what is in objects by keys with dots. */
export function pairsOf(item: TelemetryItem): Pair[] {
  return pairsOfMap(isEvent(item) ? item.metadata : item.tags);
}

/** The same of a map. */
export function pairsOfMap(map: AnyValueMap | undefined): Pair[] {
  const pairs: Pair[] = [];
  addPairs(pairs, '', map);
  return pairs;
}

function addPairs(pairs: Pair[], prefix: string, map: AnyValueMap | undefined): void {
  for (const [key, value] of Object.entries(map ?? {})) {
    if (isAnyValueMap(value) && Object.keys(value).length > 0) addPairs(pairs, `${prefix}${key}.`, value);
    else pairs.push([prefix + key, shown(value)]);
  }
}

function shown(value: AnyValue | undefined): string {
  return value === null || value === undefined ? 'null' : textOf(value);
}

/** A value in quotes if it would not be read as one otherwise. */
export function quoted(value: string): string {
  return value === '' || /[\s"=]/.test(value) ? JSON.stringify(value) : value;
}
