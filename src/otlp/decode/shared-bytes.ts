import { DecodeError } from './decoder.js';

/** What is shared may become so many times as large as the body that it came in, beside what is allowed to all. */
const MAX_FACTOR = 16;
const FREE_BYTES = 16 * 1024 * 1024;

/**
 * Bounds what a request becomes when each item is kept with what it shares with others: one resource of a megabyte and
 * two thousand records of a few bytes would be two gigabytes in a file.
 */
export class SharedBytes {
  readonly #max: number;
  #used = 0;

  /** @param bodyBytes - of the request, decompressed. */
  constructor(bodyBytes: number) {
    this.#max = FREE_BYTES + MAX_FACTOR * bodyBytes;
  }

  /** @throws DecodeError if so many items with so many shared bytes each are too much. */
  add(items: number, bytesEach: number): void {
    if (this.#used + items * bytesEach > this.#max) {
      throw new DecodeError(
        `expected fewer records, points or spans with a resource, a scope and attributes of ${bytesEach} bytes: ` +
          `each is kept with them, and all of a request may become ${this.#max} bytes`,
      );
    }
    this.#used += items * bytesEach;
  }
}

/** About how many bytes a value takes where it is written. */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return value.length * 2;
  let weight = 2;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) weight += weightOf(item);
    return weight;
  }
  for (const key of Object.keys(value)) weight += key.length + 4 + weightOf((value as Record<string, unknown>)[key]);
  return weight;
}
