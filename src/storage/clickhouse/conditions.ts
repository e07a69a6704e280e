import { isOwnName, jsonOf } from './attributes.js';
import type { Parameters } from './connection.js';

/** What a row has to be, with bound parameters. */
export class Conditions {
  readonly #sql: string[] = [];
  readonly #parameters: Record<string, string | number> = {};

  get sql(): string {
    return this.#sql.length === 0 ? '1 = 1' : this.#sql.join(' AND ');
  }

  get parameters(): Parameters {
    return this.#parameters;
  }

  add(sql: string): void {
    this.#sql.push(sql);
  }

  /** A value as a bound parameter. */
  bind(value: string | number, type: 'String' | 'Int64' | 'UInt64' | 'UInt8' = 'String'): string {
    const name = `p${Object.keys(this.#parameters).length}`;
    this.#parameters[name] = value;
    return `{${name}:${type}}`;
  }
}

/** Asks for the entries of a map, whose values are held as text. */
export function addMap(conditions: Conditions, column: string, map: object | undefined): void {
  for (const [key, value] of Object.entries(map ?? {}) as [string, unknown][]) {
    // of keys of LowCardinality, mapContains finds no empty one
    if (key === '' || !isBindable(key) || isOwnName(key)) continue;
    const bound = conditions.bind(key);
    conditions.add(`mapContains(${column}, ${bound})`);
    // JSON of the same list or map may be written in another order
    if (typeof value === 'object' && value !== null) continue;
    const text = typeof value === 'string' ? value : jsonOf(value);
    if (isBindable(text)) conditions.add(`${column}[${bound}] = ${conditions.bind(text)}`);
  }
}

/** Whether a text is asked for, and can be a parameter; others are looked for in what was read. */
export function isBindable(text: string | undefined): text is string {
  return text !== undefined && text.isWellFormed() && !text.includes('\0');
}

/** Words of ASCII within a text that are surely whole words of what contains it: neither its first nor its last. */
export function wholeTokens(text: string): string[] {
  return text
    .split(/[\0-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]/)
    .slice(1, -1)
    .filter((token) => /^[0-9A-Za-z]+$/.test(token));
}
