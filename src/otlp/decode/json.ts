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
import { parseScanned, scanJson } from './json-scan.js';
import type { Field, FieldType, Message } from './schema.js';

interface Json {
  readonly [name: string]: unknown;
}

/** How many names that OTLP doesn't have are named to the sender. */
const MAX_WARNINGS = 5;
/** Where the items of each signal are sent to. */
const PATHS: ReadonlyMap<string, string> = new Map([
  ['resourceLogs', '/v1/logs'],
  ['resourceMetrics', '/v1/metrics'],
  ['resourceSpans', '/v1/traces'],
]);
/** What of OTLP before version 0.16 has another name now. */
const FORMER: ReadonlyMap<string, string> = new Map([
  ['instrumentationLibrary', 'scope'],
  ['instrumentationLibraryLogs', 'scopeLogs'],
  ['instrumentationLibraryMetrics', 'scopeMetrics'],
  ['instrumentationLibrarySpans', 'scopeSpans'],
]);
/** Resources and scopes after which others may have their turn. */
const STEP_ITEMS = 500;

/** Reads OTLP in JSON (OTLP specification, "JSON Protobuf Encoding"): lowerCamelCase, ids in hex, times as text or numbers. */
export class JsonDecoder implements Decoder {
  readonly size: number;
  readonly #body: unknown;
  readonly #budget = new Budget();
  readonly #warnings = new Set<string>();

  constructor(size: number, body: unknown) {
    this.size = size;
    this.#body = body;
  }

  /**
   * Parses a body, in steps between which others may have their turn.
   *
   * @param onTokens - is called with the number of objects, lists and their members before they take memory.
   * @throws DecodeError if the body is no JSON, or holds too much.
   */
  static *open(body: Uint8Array, onTokens: (tokens: number) => void): Generator<undefined, JsonDecoder> {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const scan = yield* scanJson(body);
    onTokens(scan.tokens);
    try {
      return new JsonDecoder(body.length, yield* parseScanned(bytes, scan));
    } catch (error) {
      if (error instanceof DecodeError) throw error;
      throw new DecodeError(`expected JSON: ${error instanceof Error ? error.message : 'not readable'}`);
    }
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  *request(message: Message): Generator<undefined, object> {
    this.#budget.begin(true);
    return yield* this.#steps(message, this.#body);
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

  /** Reads what others are in, a few of them at a time. */
  *#steps(message: Message, value: unknown): Generator<undefined, object> {
    if (!isObject(value)) throw wrong(message.name, 'an object', value);
    const read: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const field = message.byName.get(name);
      const given = value[name];
      if (field === undefined || !field.isList || typeof field.type === 'string' || given === null) {
        if (field?.type !== undefined && given !== null) {
          if (typeof field.type === 'object') this.#budget.beginShared();
          read[name] = this.#field(field, given);
          this.#budget.endShared();
        } else if (field === undefined && given !== null) this.#warnOf(name);
        continue;
      }
      const list = listOf(name, given);
      this.#budget.addParts(list.length);
      const items: object[] = [];
      for (const item of list) {
        items.push(yield* this.#steps(field.type, item));
        if (items.length % STEP_ITEMS === 0) yield;
      }
      read[name] = items;
    }
    yield;
    return read;
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
    // what is read by itself is counted there
    if (type !== 'lazy') this.#budget.addValues(list.length);
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

  /**
   * Names a field that is certainly no OTLP in JSON, as it is in snake_case, and the items of another signal. Other unknown
   * names may be newer ones.
   */
  #warnOf(name: string): void {
    const path = PATHS.get(name);
    if (path !== undefined) this.#warnings.add(`"${name}" was not read: it is sent to ${path}`);
    const former = FORMER.get(name);
    if (former !== undefined) this.#warnings.add(`"${name}" was not read: OTLP names it "${former}" now`);
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
