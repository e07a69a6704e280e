import type { BinaryReader } from '@bufbuild/protobuf/wire';
import { setOwn } from '../../codec/normalise.js';
import { type Budget, DecodeError, MAX_VALUE_DEPTH } from './decoder.js';

/** Reads the values of OTLP in protobuf: `AnyValue` and `KeyValue`, each of which may come in several pieces. */
export class ValueReader {
  readonly #reader: BinaryReader;
  readonly #bytes: Buffer;
  readonly #budget: Budget;

  constructor(reader: BinaryReader, bytes: Buffer, budget: Budget) {
    this.#reader = reader;
    this.#bytes = bytes;
    this.#budget = budget;
  }

  /** Where what follows ends, as its length says. */
  end(): number {
    const length = this.#reader.uint32();
    const end = this.#reader.pos + length;
    if (end > this.#reader.len) throw new DecodeError('it ends too early');
    return end;
  }

  string(): string {
    const end = this.end();
    const text = this.#bytes.toString('utf8', this.#reader.pos, end);
    this.#reader.pos = end;
    return text;
  }

  keyValue(map: Record<string, unknown>, end: number, depth: number): void {
    const reader = this.#reader;
    let key = '';
    let value: unknown = null;
    this.#budget.addValues(1);
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === 10) key = this.string();
      else if (tag === 18) value = this.any(this.end(), depth, value);
      else reader.skip(tag & 7, tag >>> 3);
    }
    if (reader.pos !== end) throw new DecodeError('a key and value are longer than their length');
    setOwn(map, key, value);
  }

  /**
   * An AnyValue; null if it holds none that is known.
   *
   * @param before - what an earlier piece of it gave.
   */
  any(end: number, depth: number, before: unknown): unknown {
    if (depth > MAX_VALUE_DEPTH) throw new DecodeError(`a value is nested deeper than ${MAX_VALUE_DEPTH} levels`);
    const reader = this.#reader;
    let value = before ?? null;
    this.#budget.addValues(1);
    for (let isFirst = true; reader.pos < end; isFirst = false) {
      const tag = reader.uint32();
      // one value, as in JSON; each further field replaces it
      if (!isFirst) this.#budget.addValues(1);
      switch (tag) {
        case 10:
          value = this.string();
          break;
        case 16:
          value = reader.bool();
          break;
        case 24:
          value = exact(reader.int64());
          break;
        case 33:
          value = reader.double();
          break;
        case 42:
          value = this.#list(this.end(), depth + 1, Array.isArray(value) ? value : []);
          break;
        case 50:
          value = this.#map(this.end(), depth + 1, isMap(value) ? value : {});
          break;
        case 58: {
          const to = this.end();
          // a copy: the body is not to be kept for it
          value = new Uint8Array(this.#bytes.subarray(reader.pos, to));
          reader.pos = to;
          break;
        }
        default:
          reader.skip(tag & 7, tag >>> 3);
      }
    }
    if (reader.pos !== end) throw new DecodeError('a value is longer than its length');
    return value;
  }

  #list(end: number, depth: number, values: unknown[]): unknown[] {
    while (this.#reader.pos < end) {
      const tag = this.#reader.uint32();
      if (tag === 10) values.push(this.any(this.end(), depth, null));
      else this.#reader.skip(tag & 7, tag >>> 3);
    }
    if (this.#reader.pos !== end) throw new DecodeError('a list is longer than its length');
    return values;
  }

  #map(end: number, depth: number, map: Record<string, unknown>): Record<string, unknown> {
    while (this.#reader.pos < end) {
      const tag = this.#reader.uint32();
      if (tag === 10) this.keyValue(map, this.end(), depth);
      else this.#reader.skip(tag & 7, tag >>> 3);
    }
    if (this.#reader.pos !== end) throw new DecodeError('a map is longer than its length');
    return map;
  }
}

/** An integer as a number if that is exact. */
export function exact(value: bigint | string): number | bigint {
  const integer = BigInt(value);
  const number = Number(integer);
  return BigInt(number) === integer ? number : integer;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
