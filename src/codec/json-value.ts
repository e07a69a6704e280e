import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../model/any-value.js';
import { base64ToBytes } from './base64.js';
import { setOwn } from './own-fields.js';
import { MAX_DEPTH } from './value-copier.js';

/**
 * Whether parsed JSON is an {@link AnyValue} as it is: no infinity, no -0, no bytes, no map or array below {@link MAX_DEPTH}
 * levels. Most is, which is cheaper to see than to copy.
 */
export function isSettled(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isSettled(item, depth + 1));
  const map = value as AnyValueMap;
  // `depth` is 0 for a whole map of metadata, which never stands for bytes
  if (depth > 0 && typeof map.bytesValue === 'string') return false;
  for (const key in map) {
    const inner = map[key];
    // most values are text: no call for them
    if (typeof inner !== 'string' && !isSettled(inner, depth + 1)) return false;
  }
  return true;
}

/** A map of parsed JSON, such as metadata, as {@link AnyValueMap}; the map itself never stands for bytes. */
export function mapFromJson(map: AnyValueMap): AnyValueMap {
  return isSettled(map, 0) ? map : copyMap(map, 0);
}

/**
 * A value of parsed JSON as {@link AnyValue}. `{"bytesValue":"…"}` becomes bytes, an infinity its name, and what lies
 * deeper than {@link MAX_DEPTH} levels its JSON text: whoever walks through the value later does so without bounds.
 *
 * @param depth - how many maps and arrays are around the value.
 */
export function valueFromJson(value: AnyValue, depth: number): AnyValue {
  // JSON is written without the sign of 0
  if (typeof value === 'number') return Number.isFinite(value) ? (value === 0 ? 0 : value) : String(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (depth >= MAX_DEPTH) return deepJson(value);
  if (Array.isArray(value)) return value.map((item: AnyValue) => valueFromJson(item, depth + 1));
  return bytesOf(value as AnyValueMap) ?? copyMap(value as AnyValueMap, depth);
}

function copyMap(map: AnyValueMap, depth: number): AnyValueMap {
  const copy: Record<string, AnyValue> = {};
  for (const key of Object.keys(map)) setOwn(copy, key, valueFromJson(map[key] as AnyValue, depth + 1));
  return copy;
}

/** The bytes that a map stands for, if it stands for bytes. */
export function bytesOf(map: AnyValueMap): Uint8Array | undefined {
  const text = map.bytesValue;
  return typeof text === 'string' && Object.keys(map).length === 1 ? base64ToBytes(text) : undefined;
}

/** JSON of a value of any depth: `JSON.stringify` overflows the stack at some thousand levels. */
function deepJson(value: AnyValue): string {
  const parts: string[] = [];
  /** What is still to be written, the next one last: text as it is, or a value. */
  const stack: (string | { readonly value: AnyValue })[] = [{ value }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') {
      parts.push(next);
    } else if (Array.isArray(next.value)) {
      const items = next.value as readonly AnyValue[];
      parts.push('[');
      stack.push(']');
      for (let i = items.length - 1; i >= 0; i -= 1) stack.push({ value: items[i] as AnyValue }, i > 0 ? ',' : '');
    } else if (isAnyValueMap(next.value)) {
      const map = next.value;
      const keys = Object.keys(map);
      parts.push('{');
      stack.push('}');
      for (let i = keys.length - 1; i >= 0; i -= 1) {
        const key = keys[i] as string;
        stack.push({ value: map[key] as AnyValue }, `${i > 0 ? ',' : ''}${JSON.stringify(key)}:`);
      }
    } else {
      parts.push(JSON.stringify(typeof next.value === 'number' ? valueFromJson(next.value, 0) : next.value));
    }
  }
  return parts.join('');
}
