import { bytesToBase64 } from '../../codec/base64.js';
import { printable } from '../../codec/printable.js';
import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../../model/any-value.js';
import { grouped } from '../format.js';

/** Keys or elements of one value that are shown at most. */
const MAX_PARTS = 100;
const MAX_DEPTH = 8;

/** A value as JSON can have it, without what has no room. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;

/** A map of such values. */
export interface JsonMap {
  readonly [key: string]: Json;
}

/**
 * Text without what is beyond so many characters; how many there were is said. Characters that nobody sees, which may
 * hold words for a model alone, are shown as escapes; lines stay lines.
 */
export function shortText(text: string, maxCharacters: number): string {
  const seen = (part: string): string => part.split(/\r?\n/).map(printable).join('\n');
  if (text.length <= maxCharacters) return seen(text);
  // a pair of surrogates is not divided
  const end = /[\ud800-\udbff]/.test(text[maxCharacters - 1] ?? '') ? maxCharacters - 1 : maxCharacters;
  return `${seen(text.slice(0, end))}… (${grouped(text.length)} characters)`;
}

/**
 * A map as JSON can have it: texts longer than `maxCharacters` are cut, and after four times as many characters in all
 * the rest is counted.
 */
export function shortMap(map: AnyValueMap, maxCharacters: number): JsonMap {
  return new Shortener(maxCharacters).map(map, 0);
}

class Shortener {
  readonly #max: number;
  #left: number;

  constructor(maxCharacters: number) {
    this.#max = maxCharacters;
    this.#left = maxCharacters * 4;
  }

  map(map: AnyValueMap, depth: number): JsonMap {
    const entries = Object.entries(map);
    const short: [string, Json][] = [];
    for (const [key, value] of entries) {
      if (this.#left <= 0 || short.length >= MAX_PARTS) break;
      const name = shortText(key, this.#max);
      this.#left -= name.length;
      short.push([name, this.#value(value, depth + 1)]);
    }
    const more = entries.length - short.length;
    if (more > 0) short.push(['…', `${grouped(more)} more`]);
    return Object.fromEntries(short);
  }

  #value(value: AnyValue, depth: number): Json {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return this.#cost(Number.isFinite(value) ? value : String(value));
    if (typeof value !== 'object' || value === null) return this.#cost(value);
    if (value instanceof Uint8Array) {
      // as much of it as could be shown
      return this.#text(`base64:${bytesToBase64(value.subarray(0, this.#max))}`);
    }
    if (depth >= MAX_DEPTH) return this.#cost('…');
    if (isAnyValueMap(value)) return this.map(value, depth);
    const list: Json[] = [];
    for (const one of value) {
      if (this.#left <= 0 || list.length >= MAX_PARTS) break;
      list.push(this.#value(one, depth + 1));
    }
    if (list.length < value.length) list.push(`… ${grouped(value.length - list.length)} more`);
    return list;
  }

  #text(text: string): string {
    return this.#cost(shortText(text, this.#max));
  }

  #cost<T extends string | number | boolean | null>(value: T): T {
    this.#left -= String(value).length;
    return value;
  }
}
