import { setOwn } from '../../codec/normalise.js';
import { hrFromNanos } from '../../otel/transform/hr-time.js';
import { Budget, DecodeError, type Decoder, MAX_VALUE_DEPTH } from './decoder.js';
import {
  booleanOf,
  bytesOf,
  doubleOf,
  exact,
  hexOf,
  type IntegerType,
  integerOf,
  intOf,
  listOf,
  stringOf,
  wrong,
} from './json-scalars.js';
import { type JsonScan, scanJson, withExactIntegers } from './json-scan.js';
import type { Field, FieldType, Message } from './schema.js';

interface Json {
  readonly [name: string]: unknown;
}

/** How many names that OTLP doesn't have are named to the sender. */
const MAX_WARNINGS = 5;

/** Reads OTLP in JSON (OTLP specification, "JSON Protobuf Encoding"): lowerCamelCase, ids in hex, times as text or numbers. */
export class JsonDecoder implements Decoder {
  readonly size: number;
  readonly #body: unknown;
  readonly #budget = new Budget();
  readonly #warnings = new Set<string>();

  /**
   * @param scan - what was found in the body; default: it is looked through at once.
   * @throws DecodeError if the body is no JSON, or holds too much.
   */
  constructor(body: Uint8Array, scan: JsonScan = scanned(body)) {
    this.size = body.length;
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    try {
      this.#body = JSON.parse(withExactIntegers(bytes, scan));
    } catch (error) {
      throw new DecodeError(`expected JSON: ${error instanceof Error ? error.message : 'not readable'}`);
    }
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  request(message: Message): object {
    this.#budget.begin(true);
    return this.#read(message, this.#body);
  }

  part(message: Message, lazy: unknown): object {
    this.#budget.begin(false);
    return this.#read(message, lazy);
  }

  source(lazy: unknown): string {
    try {
      return JSON.stringify(lazy) ?? '';
    } catch {
      // what is unknown to OTLP may be too deep for it
      return '';
    }
  }

  #read(message: Message, value: unknown): object {
    if (!isObject(value)) throw wrong(message.name, 'an object', value);
    const read: Record<string, unknown> = {};
    // in the order in which they stand: of a oneof the last one stays
    for (const name of Object.keys(value)) {
      const given = value[name];
      if (given === undefined || given === null) continue;
      const field = message.byName.get(name);
      if (field === undefined) {
        this.#warnOf(name);
        continue;
      }
      for (const other of field.excludes) if (read[other] !== undefined) read[other] = undefined;
      read[name] = this.#field(field, given);
    }
    return read;
  }

  #field({ name, type, isList }: Field, given: unknown): unknown {
    if (type === 'attributes') return this.#map(listOf(name, given), 0);
    if (!isList) return this.#value(name, type, given);
    const list = listOf(name, given);
    this.#budget.addValues(list.length);
    if (typeof type === 'object' || type === 'lazy') this.#budget.addParts(list.length);
    return type === 'lazy' ? list : list.map((item) => this.#value(name, type, item));
  }

  #value(name: string, type: FieldType, value: unknown): unknown {
    switch (type) {
      case 'string':
        return stringOf(name, value);
      case 'bool':
        return booleanOf(name, value);
      case 'double':
        return doubleOf(name, value);
      case 'nanos':
        return hrFromNanos(integerOf(name, type, value));
      case 'int64':
        return exact(integerOf(name, type, value));
      case 'hex':
        return hexOf(name, value);
      case 'any':
        return this.#any(value, 0);
      case 'lazy':
        return value;
      case 'attributes':
        throw wrong(name, 'a list', value);
      default:
        return typeof type === 'string'
          ? Number(integerOf(name, type satisfies IntegerType, value))
          : this.#read(type, value);
    }
  }

  /** An AnyValue; null if it holds none that is known. */
  #any(value: unknown, depth: number): unknown {
    if (depth > MAX_VALUE_DEPTH) throw new DecodeError(`a value is nested deeper than ${MAX_VALUE_DEPTH} levels`);
    this.#budget.addValues(1);
    if (value === null) return null;
    if (!isObject(value)) throw wrong('value', 'an object', value);
    let read: unknown = null;
    for (const name of Object.keys(value)) {
      const given = value[name];
      if (given === undefined || given === null) continue;
      switch (name) {
        case 'stringValue':
          read = stringOf(name, given);
          break;
        case 'intValue':
          read = intOf(given);
          break;
        case 'boolValue':
          read = booleanOf(name, given);
          break;
        case 'doubleValue':
          read = doubleOf(name, given);
          break;
        case 'arrayValue':
          read = this.#valuesOf(name, given).map((item) => this.#any(item, depth + 1));
          break;
        case 'kvlistValue':
          read = this.#map(this.#valuesOf(name, given), depth + 1);
          break;
        case 'bytesValue':
          read = bytesOf(given);
          break;
        default:
          this.#warnOf(name);
      }
    }
    return read;
  }

  /** What is in the `values` of an array or a map; a list or a map that stands there itself would be lost. */
  #valuesOf(name: string, given: unknown): readonly unknown[] {
    if (!isObject(given)) throw wrong(name, 'an object', given);
    const names = Object.keys(given);
    if (names.length > 0 && !names.includes('values')) {
      throw new DecodeError(`expected "${name}" to be an object with "values", got one with "${shortened(names[0])}"`);
    }
    return given.values === null || given.values === undefined ? [] : listOf('values', given.values);
  }

  #map(list: readonly unknown[], depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    this.#budget.addValues(list.length);
    for (const item of list) {
      if (!isObject(item)) throw wrong('attributes', 'a list of key and value', item);
      for (const name of Object.keys(item)) if (name !== 'key' && name !== 'value') this.#warnOf(name);
      const key = item.key ?? '';
      if (typeof key !== 'string') throw wrong('key', 'a string', key);
      setOwn(map, key, this.#any(item.value ?? null, depth));
    }
    return map;
  }

  /** Names a field in snake_case: OTLP has none in JSON, so that it is not read. Other unknown names may be newer ones. */
  #warnOf(name: string): void {
    if (this.#warnings.size >= MAX_WARNINGS || !/^[a-z\d]+(?:_[a-z\d]+)+$/.test(name) || name.length > 80) return;
    const meant = name.replace(/_([a-z\d])/g, (_all, letter: string) => letter.toUpperCase());
    this.#warnings.add(`"${name}" was not read: in JSON, OTLP names it "${meant}"`);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortened(name = ''): string {
  return name.length > 40 ? `${name.slice(0, 39)}…` : name;
}

function scanned(body: Uint8Array): JsonScan {
  const scan = scanJson(body);
  for (;;) {
    const step = scan.next();
    if (step.done === true) return step.value;
  }
}
