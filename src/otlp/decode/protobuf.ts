import { BinaryReader } from '@bufbuild/protobuf/wire';
import { Budget, DecodeError, type Decoder, MAX_PARTS, TooManyPartsError } from './decoder.js';
import { exact, ValueReader } from './protobuf-value.js';
import type { Field, FieldType, Message } from './schema.js';

/** Where a message that is read later stands in the body. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** Fields after which others may have their turn. */
const STEP_FIELDS = 2_000;

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

  *request(message: Message): Generator<undefined, object> {
    this.#budget.begin(true);
    const read = {};
    this.#reader.pos = 0;
    try {
      yield* this.#steps(message, this.#reader.len, read);
    } catch (error) {
      throw failureOf(message, error);
    }
    return read;
  }

  part(message: Message, lazy: unknown): object {
    this.#budget.begin(false);
    const { start, end } = lazy as Place;
    const read = {};
    this.#reader.pos = start;
    try {
      this.#message(message, end, read);
    } catch (error) {
      throw failureOf(message, error);
    }
    return read;
  }

  source(lazy: unknown): Uint8Array {
    const { start, end } = lazy as Place;
    return this.#bytes.subarray(start, end);
  }

  /** Reads what others are in, as {@link #message} does, a few fields at a time. */
  *#steps(message: Message, end: number, read: Record<string, unknown>): Generator<undefined, void> {
    let later = 0;
    for (let fields = 1; this.#reader.pos < end; fields += 1) {
      const { field, wireType, number } = this.#tag(message);
      if (field === undefined) this.#reader.skip(wireType, number);
      else if (field.type === 'lazy') later += this.#leave(read, field, wireType);
      else if (typeof field.type === 'object' && wireType === BYTES) {
        const into = this.#begin(read, field);
        if (!field.isList) this.#budget.beginShared();
        yield* this.#steps(field.type, this.#values.end(), into);
        this.#budget.endShared();
        this.#end(read, field, into);
      } else this.#field(read, field, wireType);
      if (fields % STEP_FIELDS === 0) yield;
    }
    this.#finish(end, later);
  }

  /** Reads a message into what an earlier piece of it gave (Protocol Buffers, "Last One Wins"). */
  #message(message: Message, end: number, read: Record<string, unknown>): void {
    let later = 0;
    while (this.#reader.pos < end) {
      const { field, wireType, number } = this.#tag(message);
      if (field === undefined) {
        this.#budget.addValues(1);
        this.#reader.skip(wireType, number);
      } else if (field.type === 'lazy') later += this.#leave(read, field, wireType);
      else this.#field(read, field, wireType);
    }
    this.#finish(end, later);
  }

  #tag({ fields }: Message): { readonly field: Field | undefined; readonly wireType: number; readonly number: number } {
    const tag = this.#reader.uint32();
    const number = tag >>> 3;
    if (number === 0) throw new DecodeError('a field of the number 0');
    return { field: fields[number], wireType: tag & 7, number };
  }

  #finish(end: number, later: number): void {
    if (this.#reader.pos !== end) throw new DecodeError('it is shorter than what is in it');
    // counted when all are known: a refusal says how many
    if (later > 0) this.#budget.addParts(later);
  }

  /** What a message is read into: what an earlier piece of it gave, if it is no element of a list. */
  #begin(read: Record<string, unknown>, { name, isList }: Field): Record<string, unknown> {
    this.#budget.addValues(1);
    if (isList) this.#budget.addParts(1);
    return (isList ? undefined : (read[name] as Record<string, unknown> | undefined)) ?? {};
  }

  #end(read: Record<string, unknown>, field: Field, into: Record<string, unknown>): void {
    if (field.isList) listAt(read, field.name).push(into);
    else this.#set(read, field, into);
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
      const into = this.#begin(read, field);
      this.#message(type, this.#values.end(), into);
      this.#end(read, field, into);
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

function failureOf({ name }: Message, error: unknown): DecodeError {
  if (error instanceof TooManyPartsError) return error;
  // the reader's own errors are of several kinds
  return new DecodeError(`${name}: ${error instanceof Error ? error.message : 'not readable'}`);
}

function listAt(read: Record<string, unknown>, name: string): unknown[] {
  return (read[name] ??= []) as unknown[];
}
