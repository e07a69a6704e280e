import type { AnyValue } from '../model/any-value.js';
import { isHostileKey } from './own-fields.js';

/** Keys of a map that is copied the fast way; a larger one has to be counted. */
const MAX_KEYS = 64;
/** Characters of one text: 64 of them are far from what metadata may hold. */
const MAX_TEXT = 16_384;
/** Keys that are remembered. */
const MAX_KNOWN = 4_096;

/** Keys that were looked at, and whether they are plain. */
let known = new Map<string, boolean>();

const NOTHING = {};

/** A copy that lost nothing. */
export interface FlatCopy {
  readonly value: Readonly<Record<string, AnyValue>>;
  readonly lost: 0;
  /** How many texts, numbers and booleans it holds, at most 64; absent if there is a null among them. */
  readonly flatKeys: number | undefined;
}

/**
 * The fast way to copy what metadata mostly are: a plain map of text, numbers, booleans and null.
 *
 * It assumes that the map is an ordinary object or has no prototype, has no `toJSON`, and that nobody made properties of
 * `Object.prototype` enumerable. For anything else, and for values, keys and sizes that call for a closer look, it gives
 * `undefined`, and the `Copier` has to read the map from the start.
 */
export function flatCopy(from: object): FlatCopy | undefined {
  try {
    const prototype: unknown = Object.getPrototypeOf(from);
    if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in from) return undefined;
    for (const _ in NOTHING) return undefined;
    const copy: Record<string, AnyValue> = {};
    let hasNull = false;
    let left = 0;
    let count = 0;
    for (const key in from) {
      count += 1;
      if (count > MAX_KEYS || !isPlain(key)) return undefined;
      const value = (from as Record<string, unknown>)[key];
      switch (typeof value) {
        case 'string':
          if (value.length > MAX_TEXT || !value.isWellFormed()) return undefined;
          copy[key] = value;
          break;
        case 'number':
          if (!Number.isFinite(value)) return undefined;
          // not -0
          copy[key] = value + 0;
          break;
        case 'boolean':
          copy[key] = value;
          break;
        case 'undefined':
          left += 1;
          break;
        default:
          if (value !== null) return undefined;
          copy[key] = null;
          hasNull = true;
      }
    }
    return { value: copy, lost: 0, flatKeys: hasNull ? undefined : count - left };
  } catch {
    return undefined;
  }
}

function isPlain(key: string): boolean {
  return known.get(key) ?? learn(key);
}

function learn(key: string): boolean {
  const plain = !isHostileKey(key) && key.isWellFormed();
  if (known.size >= MAX_KNOWN) known = new Map();
  if (key.length <= 256) known.set(key, plain);
  return plain;
}
