import { BinaryReader } from '@bufbuild/protobuf/wire';
import { Budget, DecodeError, type Decoder, MAX_PARTS, TooManyPartsError } from './decoder.js';
import { exact, ValueReader } from './protobuf-value.js';
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
  enum: VARINT,
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
  readonly size: number;
  /** Names don't stand in protobuf, and what is newer than the schema is left out without a word. */
  readonly warnings: readonly string[] = [];
  readonly #bytes: Buffer;
  readonly #reader: BinaryReader;
  readonly #values: ValueReader;
  readonly #budget = new Budget();

  constructor(body: Uint8Array) {
    this.size = body.length;
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#reader = new BinaryReader(body);
    this.#values = new ValueReader(this.#reader, this.#bytes, this.#budget);
  }

  request(message: Message): object {
    this.#budget.begin(true);
    return this.#guarded(message, { start: 0, end: this.#reader.len });
  }

  part(message: Message, lazy: unknown): object {
    this.#budget.begin(false);
    return this.#guarded(message, lazy as Place);
  }

  source(lazy: unknown): Uint8Array {
    const { start, end } = lazy as Place;
    return this.#bytes.subarray(start, end);
  }

  #guarded(message: Message, { start, end }: Place): object {
    this.#reader.pos = start;
    try {
      const read = {};
      this.#message(message, end, read);
      return read;
    } catch (error) {
      if (error instanceof TooManyPartsError) throw error;
      // the reader's own errors are of several kinds
      throw new DecodeError(`${message.name}: ${error instanceof Error ? error.message : 'not readable'}`);
    }
  }

  /** Reads a message into what an earlier piece of it gave (Protocol Buffers, "Last One Wins"). */
  #message(message: Message, end: number, read: Record<string, unknown>): void {
    const reader = this.#reader;
    let later = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      const number = tag >>> 3;
      const wireType = tag & 7;
      const field = message.fields[number];
      if (number === 0) throw new DecodeError('a field of the number 0');
      if (field === undefined) reader.skip(wireType, number);
      else if (field.type === 'lazy') later += this.#leave(read, field, wireType);
      else this.#field(read, field, wireType);
    }
    if (reader.pos !== end) throw new DecodeError('it is shorter than what is in it');
    // counted when all are known: a refusal says how many
    if (later > 0) this.#budget.addParts(later);
  }

  /** Leaves a message to be read by itself. */
  #leave(read: Record<string, unknown>, { name }: Field, wireType: number): number {
    if (wireType !== BYTES) throw new DecodeError(`${name} has the wire type ${wireType}, expected ${BYTES}`);
    const end = this.#values.end();
    const list = listAt(read, name);
    // more than that are refused as soon as they are counted: no memory is needed for them
    if (list.length <= MAX_PARTS) list.push({ start: this.#reader.pos, end } satisfies Place);
    this.#reader.pos = end;
    return 1;
  }

  #field(read: Record<string, unknown>, field: Field, wireType: number): void {
    const { type, name, isList } = field;
    const expected = typeof type === 'string' ? WIRE_TYPES[type] : BYTES;
    if (wireType !== expected) {
      if (isList && wireType === BYTES && expected !== BYTES) this.#packed(listAt(read, name), type);
      else throw new DecodeError(`${name} has the wire type ${wireType}, expected ${expected}`);
    } else if (type === 'attributes') {
      const attributes = (read[name] ??= {}) as Record<string, unknown>;
      this.#values.keyValue(attributes, this.#values.end(), 0);
    } else if (type === 'any') {
      read[name] = this.#values.any(this.#values.end(), 0, read[name]);
    } else if (typeof type !== 'string') {
      this.#budget.addValues(1);
      if (isList) this.#budget.addParts(1);
      const before = isList ? undefined : (read[name] as Record<string, unknown> | undefined);
      const into = before ?? {};
      this.#message(type, this.#values.end(), into);
      if (isList) listAt(read, name).push(into);
      else this.#set(read, field, into);
    } else if (isList) {
      this.#budget.addValues(1);
      listAt(read, name).push(this.#value(type));
    } else {
      this.#set(read, field, this.#value(type));
    }
  }

  /** Of a oneof the last one stays. */
  #set(read: Record<string, unknown>, { name, excludes }: Field, value: unknown): void {
    for (const other of excludes) if (read[other] !== undefined) read[other] = undefined;
    read[name] = value;
  }

  #packed(list: unknown[], type: FieldType): void {
    const end = this.#values.end();
    while (this.#reader.pos < end) {
      this.#budget.addValues(1);
      list.push(this.#value(type));
    }
    if (this.#reader.pos !== end) throw new DecodeError('a list is shorter than what is in it');
  }

  #value(type: FieldType): unknown {
    const reader = this.#reader;
    switch (type) {
      case 'string':
        return this.#values.string();
      case 'bool':
        return reader.bool();
      case 'double':
        return reader.double();
      case 'nanos':
        return this.#nanos();
      case 'uint32':
        return reader.uint32();
      case 'enum':
        return reader.int32();
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
        const end = this.#values.end();
        const hex = this.#bytes.toString('hex', reader.pos, end);
        reader.pos = end;
        return hex;
      }
      default:
        throw new DecodeError('a field of an unknown type');
    }
  }

  /** A time as seconds and nanoseconds: exact, and without a bigint. */
  #nanos(): [number, number] {
    const low = this.#reader.fixed32();
    const high = this.#reader.fixed32();
    let seconds = Math.floor((high * 2 ** 32 + low) / 1e9);
    // what is left is below 2^32, so that its low 32 bits show it
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
}

function listAt(read: Record<string, unknown>, name: string): unknown[] {
  return (read[name] ??= []) as unknown[];
}
