import { setOwn } from '../../codec/normalise.js';
import { hrFromNanos } from '../../otel/transform/hr-time.js';
import { DecodeError, type Decoder, MAX_PARTS, MAX_VALUE_DEPTH, TooManyPartsError } from './decoder.js';
import type { FieldType, Message } from './schema.js';

interface Json {
  readonly [name: string]: unknown;
}

// both alphabets, padded or not (Protocol Buffers, "JSON Mapping")
const BASE64 = /^[\w+/-]*={0,2}$/;
const LONG_INTEGER = /[\s:[,]-?\d{16,}[\s,\]}]/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const ONLY_LONG_INTEGER = /^-?\d{16,}$/;

/** Reads OTLP in JSON (OTLP specification, "JSON Protobuf Encoding"): lowerCamelCase, ids in hex, times as text or numbers. */
export class JsonDecoder implements Decoder {
  readonly #body: unknown;
  #parts = 0;

  /** @throws DecodeError where the body is no JSON. */
  constructor(body: Uint8Array) {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
    try {
      const body: unknown = JSON.parse(text);
      // only what is JSON is looked through: there every string ends
      this.#body = LONG_INTEGER.test(text) ? JSON.parse(withExactIntegers(text)) : body;
    } catch (error) {
      throw new DecodeError(`expected JSON: ${error instanceof Error ? error.message : 'not readable'}`);
    }
  }

  request(message: Message): object {
    return this.part(message, this.#body);
  }

  part(message: Message, lazy: unknown): object {
    return read(message, lazy, this);
  }

  /** Counts what is left to be read later. */
  count(parts: number): void {
    this.#parts += parts;
    if (this.#parts > MAX_PARTS) throw new TooManyPartsError();
  }
}

/** Integers that a number would round, as text: the form that the specification prefers. */
function withExactIntegers(text: string): string {
  return text.replace(STRING_OR_NUMBER, (token) => (isRounded(token) ? `"${token}"` : token));
}

/** Whether a token is an integer that a number would change; what JavaScript itself writes for a number it doesn't. */
function isRounded(token: string): boolean {
  return ONLY_LONG_INTEGER.test(token) && String(Number(token)) !== token;
}

function read(message: Message, value: unknown, decoder: JsonDecoder): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(message.name, 'an object', value);
  const result: Record<string, unknown> = {};
  for (const field of message.fields) {
    if (field === undefined) continue;
    const given = (value as Json)[field.name];
    if (given === undefined || given === null) continue;
    const { name, type, isList } = field;
    if (type === 'attributes') {
      result[name] = mapOf(listOf(name, given), 0);
    } else if (isList) {
      const list = listOf(name, given);
      if (type === 'lazy') decoder.count(list.length);
      result[name] = list.map((item) => valueOf(name, type, item, decoder));
    } else {
      result[name] = valueOf(name, type, given, decoder);
    }
  }
  return result;
}

function valueOf(name: string, type: FieldType, value: unknown, decoder: JsonDecoder): unknown {
  switch (type) {
    case 'string':
      return stringOf(name, value);
    case 'bool':
      return booleanOf(name, value);
    case 'double':
      return doubleOf(name, value);
    case 'nanos':
      return hrFromNanos(integerOf(name, value));
    case 'int64':
      return exact(integerOf(name, value));
    case 'hex':
      if (typeof value !== 'string' || !/^[\da-f]*$/i.test(value)) throw wrong(name, 'hex digits', value);
      return value.toLowerCase();
    case 'any':
      return anyOf(value, 0);
    case 'lazy':
      return value;
    case 'attributes':
      throw wrong(name, 'a list', value);
    default:
      return typeof type === 'string' ? Number(integerOf(name, value)) : read(type, value, decoder);
  }
}

/** An AnyValue; null where it holds none that is known. */
function anyOf(value: unknown, depth: number): unknown {
  if (depth > MAX_VALUE_DEPTH) throw new DecodeError(`a value is nested deeper than ${MAX_VALUE_DEPTH} levels`);
  if (typeof value !== 'object' || value === null) {
    if (value === null) return null;
    throw wrong('value', 'an object', value);
  }
  const any = value as Json;
  if (any.stringValue != null) return stringOf('stringValue', any.stringValue);
  if (any.intValue != null) return intOf(any.intValue);
  if (any.boolValue != null) return booleanOf('boolValue', any.boolValue);
  if (any.doubleValue != null) return doubleOf('doubleValue', any.doubleValue);
  if (any.arrayValue != null) {
    return listOf('arrayValue', (any.arrayValue as Json).values ?? []).map((item) => anyOf(item, depth + 1));
  }
  if (any.kvlistValue != null) return mapOf(listOf('kvlistValue', (any.kvlistValue as Json).values ?? []), depth + 1);
  if (any.bytesValue != null) {
    return bytesOf(any.bytesValue);
  }
  return null;
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string' && BASE64.test(value)) return new Uint8Array(Buffer.from(value, 'base64'));
  // what JSON.stringify makes of a Uint8Array: older exporters of JavaScript send it
  const bytes: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [undefined];
  if (!bytes.every((byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) < 256))
    throw wrong('bytesValue', 'base64', value);
  return Uint8Array.from(bytes as number[]);
}

function mapOf(list: readonly unknown[], depth: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const item of list) {
    if (typeof item !== 'object' || item === null) throw wrong('attributes', 'a list of key and value', item);
    const { key = '', value = null } = item as Json;
    if (typeof key !== 'string') throw wrong('key', 'a string', key);
    setOwn(map, key, anyOf(value, depth));
  }
  return map;
}

function listOf(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(name, 'a list', value);
  return value;
}

function stringOf(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(name, 'a string', value);
  return value;
}

function booleanOf(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrong(name, 'a boolean', value);
  return value;
}

function doubleOf(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  // Protocol Buffers, "JSON Mapping"
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    if (!Number.isNaN(number) || value === 'NaN') return number;
  }
  throw wrong(name, 'a number', value);
}

/** An int64; the official JavaScript exporters write whole doubles beyond its range as such, too. */
function intOf(value: unknown): number | bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return value;
  return exact(integerOf('intValue', value));
}

function integerOf(name: string, value: unknown): bigint {
  // the digits that stood there, which may not be those of the nearest number
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(String(value));
  if (typeof value === 'string' && /^-?\d{1,25}$/.test(value)) return BigInt(value);
  throw wrong(name, 'an integer', value);
}

function exact(integer: bigint): number | bigint {
  const number = Number(integer);
  return BigInt(number) === integer ? number : integer;
}

function wrong(name: string, expected: string, value: unknown): DecodeError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new DecodeError(`expected "${name}" to be ${expected}, got ${got}`);
}
