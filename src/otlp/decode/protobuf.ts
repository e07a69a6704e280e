import { BinaryReader } from '@bufbuild/protobuf/wire';
import { setOwn } from '../../codec/normalise.js';
import { DecodeError, type Decoder, MAX_PARTS, MAX_VALUE_DEPTH, TooManyPartsError } from './decoder.js';
import type { Field, FieldType, Message } from './schema.js';

/** Where a message that is read later stands in the body. */
interface Place {
  readonly start: number;
  readonly end: number;
}

const VARINT = 0;
const BIT64 = 1;
const BYTES = 2;
const BIT32 = 5;

/** How each type stands on the wire (Protocol Buffers, "Encoding"). */
const WIRE_TYPES: Readonly<Record<Exclude<FieldType, Message>, number>> = {
  string: BYTES,
  bool: VARINT,
  double: BIT64,
  int64: VARINT,
  uint64: VARINT,
  fixed64: BIT64,
  sfixed64: BIT64,
  uint32: VARINT,
  sint32: VARINT,
  fixed32: BIT32,
  nanos: BIT64,
  hex: BYTES,
  any: BYTES,
  attributes: BYTES,
  lazy: BYTES,
};

/** Reads OTLP in protobuf. */
export class ProtobufDecoder implements Decoder {
  readonly #bytes: Buffer;
  readonly #reader: BinaryReader;
  #parts = 0;

  constructor(body: Uint8Array) {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#reader = new BinaryReader(body);
  }

  request(message: Message): object {
    return this.#guarded(message, { start: 0, end: this.#reader.len });
  }

  part(message: Message, lazy: unknown): object {
    return this.#guarded(message, lazy as Place);
  }

  #guarded(message: Message, { start, end }: Place): object {
    this.#reader.pos = start;
    try {
      return this.#message(message, end);
    } catch (error) {
      if (error instanceof TooManyPartsError) throw error;
      // the reader's own errors are of several kinds
      throw new DecodeError(`${message.name}: ${error instanceof Error ? error.message : 'not readable'}`);
    }
  }

  #message(message: Message, end: number): object {
    const reader = this.#reader;
    const read: Record<string, unknown> = {};
    while (reader.pos < end) {
      const tag = reader.uint32();
      const number = tag >>> 3;
      const wireType = tag & 7;
      const field = message.fields[number];
      if (number === 0) throw new DecodeError('a field of the number 0');
      if (field === undefined) reader.skip(wireType, number);
      else this.#field(read, field, wireType);
    }
    if (reader.pos !== end) throw new DecodeError('it is shorter than what is in it');
    return read;
  }

  #field(read: Record<string, unknown>, field: Field, wireType: number): void {
    const { type, name, isList } = field;
    const expected = typeof type === 'string' ? WIRE_TYPES[type] : BYTES;
    if (wireType !== expected) {
      if (isList && wireType === BYTES && expected !== BYTES) this.#packed(listAt(read, name), type);
      else throw new DecodeError(`${name} has the wire type ${wireType}, expected ${expected}`);
    } else if (type === 'attributes') {
      const attributes = (read[name] ??= {}) as Record<string, unknown>;
      this.#keyValue(attributes, this.#end(), 0);
    } else if (isList) {
      listAt(read, name).push(this.#value(type));
    } else {
      read[name] = this.#value(type);
    }
  }

  #packed(list: unknown[], type: FieldType): void {
    const end = this.#end();
    while (this.#reader.pos < end) list.push(this.#value(type));
    if (this.#reader.pos !== end) throw new DecodeError('a list is shorter than what is in it');
  }

  #value(type: FieldType): unknown {
    const reader = this.#reader;
    switch (type) {
      case 'string':
        return this.#string();
      case 'bool':
        return reader.bool();
      case 'double':
        return reader.double();
      case 'nanos':
        return this.#nanos();
      case 'uint32':
        return reader.uint32();
      case 'sint32':
        return reader.sint32();
      case 'fixed32':
        return reader.fixed32();
      case 'fixed64':
        return Number(reader.fixed64());
      case 'sfixed64':
        return Number(reader.sfixed64());
      case 'uint64':
        return Number(reader.uint64());
      case 'int64':
        return exact(reader.int64());
      case 'hex': {
        const end = this.#end();
        const hex = this.#bytes.toString('hex', reader.pos, end);
        reader.pos = end;
        return hex;
      }
      case 'any':
        return this.#any(this.#end(), 0);
      case 'lazy': {
        const end = this.#end();
        this.#parts += 1;
        if (this.#parts > MAX_PARTS) throw new TooManyPartsError();
        const place: Place = { start: reader.pos, end };
        reader.pos = end;
        return place;
      }
      case 'attributes':
        throw new DecodeError('attributes stand in lists only');
      default:
        return this.#message(type, this.#end());
    }
  }

  /** Where what follows ends, as its length says. */
  #end(): number {
    const length = this.#reader.uint32();
    const end = this.#reader.pos + length;
    if (end > this.#reader.len) throw new DecodeError('it ends too early');
    return end;
  }

  #string(): string {
    const end = this.#end();
    const text = this.#bytes.toString('utf8', this.#reader.pos, end);
    this.#reader.pos = end;
    return text;
  }

  /** A time as seconds and nanoseconds: exact, and without a bigint. */
  #nanos(): [number, number] {
    const low = this.#reader.fixed32();
    const high = this.#reader.fixed32();
    let seconds = Math.floor((high * 2 ** 32 + low) / 1e9);
    // what is left is below 2^32, so that its low 32 bits tell it
    let nanos = (low - Math.imul(seconds, 1e9)) >>> 0;
    if (nanos >= 2 ** 32 - 1e9) {
      seconds -= 1;
      nanos = (nanos + 1e9) >>> 0;
    } else if (nanos >= 1e9) {
      seconds += 1;
      nanos -= 1e9;
    }
    return [seconds, nanos];
  }

  #keyValue(map: Record<string, unknown>, end: number, depth: number): void {
    const reader = this.#reader;
    let key = '';
    let value: unknown = null;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === 10) key = this.#string();
      else if (tag === 18) value = this.#any(this.#end(), depth);
      else reader.skip(tag & 7, tag >>> 3);
    }
    if (reader.pos !== end) throw new DecodeError('a key and value are longer than their length');
    setOwn(map, key, value);
  }

  /** An AnyValue; null where it holds none that is known. */
  #any(end: number, depth: number): unknown {
    if (depth > MAX_VALUE_DEPTH) throw new DecodeError(`a value is nested deeper than ${MAX_VALUE_DEPTH} levels`);
    const reader = this.#reader;
    let value: unknown = null;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          value = this.#string();
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
          value = this.#list(this.#end(), depth + 1);
          break;
        case 50:
          value = this.#map(this.#end(), depth + 1);
          break;
        case 58: {
          const to = this.#end();
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

  #list(end: number, depth: number): unknown[] {
    const values: unknown[] = [];
    while (this.#reader.pos < end) {
      const tag = this.#reader.uint32();
      if (tag === 10) values.push(this.#any(this.#end(), depth));
      else this.#reader.skip(tag & 7, tag >>> 3);
    }
    return values;
  }

  #map(end: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (this.#reader.pos < end) {
      const tag = this.#reader.uint32();
      if (tag === 10) this.#keyValue(map, this.#end(), depth);
      else this.#reader.skip(tag & 7, tag >>> 3);
    }
    return map;
  }
}

function listAt(read: Record<string, unknown>, name: string): unknown[] {
  return (read[name] ??= []) as unknown[];
}

/** An integer as a number where that is exact. */
function exact(value: bigint | string): number | bigint {
  const integer = BigInt(value);
  const number = Number(integer);
  return BigInt(number) === integer ? number : integer;
}
