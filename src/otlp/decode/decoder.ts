import type { Message } from './schema.js';

/** Reads messages of one request body. What a message lacks is absent; what the schema doesn't know is left out. */
export interface Decoder {
  /** Bytes of the body, decompressed. */
  readonly size: number;
  /** What the sender should know of, although it made nothing unreadable: names that OTLP doesn't have. */
  readonly warnings: readonly string[];
  /** The body as a whole, in steps between which others may have their turn. */
  request(message: Message): Generator<undefined, object>;
  /** A part of it that was left to be read by itself. */
  part(message: Message, lazy: unknown): object;
  /** The bytes or the text that such a part was read from; the same when a request is sent again. */
  source(lazy: unknown): Uint8Array | string;
}

/** Levels of arrays and maps in a value; deeper ones make a record unreadable. */
export const MAX_VALUE_DEPTH = 64;

/** Resources, scopes, log records, metrics, points, quantiles, spans, their events and links in one body: beyond it, it is to come in pieces. */
export const MAX_PARTS = 250_000;

/** Attributes, values and numbers of all resources and scopes of a body. */
const MAX_REQUEST_VALUES = 1_000_000;

/** Attributes, values and numbers of one log record, metric, point or span: that one alone is refused. */
const MAX_PART_VALUES = 30_000;

/** Those of one resource, or one scope. */
const MAX_SHARED_VALUES = 30_000;

/** A body, or a part of one, that is not what it should be. */
export class DecodeError extends Error {}

/** A body in which there is more than is taken at a time. */
export class TooManyPartsError extends DecodeError {
  /** Parts that are not read because of it, as far as they were counted. */
  readonly parts: number;

  constructor(what = `${MAX_PARTS} resources, scopes, log records, metrics, points and spans in a request`, parts = 1) {
    super(`expected at most ${what}`);
    this.parts = parts;
  }
}

/** Counts what is in a body while it is read: a few bytes may stand for millions of empty messages. */
export class Budget {
  #parts = 0;
  #values = 0;
  #maxValues = MAX_REQUEST_VALUES;
  #shared = Number.NEGATIVE_INFINITY;

  /** A part of the body is read from here on. */
  begin(isWhole: boolean): void {
    this.#values = 0;
    this.endShared();
    this.#maxValues = isWhole ? MAX_REQUEST_VALUES : MAX_PART_VALUES;
  }

  /** A resource or a scope is read from here on, until {@link endShared}. */
  beginShared(): void {
    this.#shared = 0;
  }

  /** What follows belongs to no resource or scope: the records of a scope are none of its values. */
  endShared(): void {
    this.#shared = Number.NEGATIVE_INFINITY;
  }

  /** @throws TooManyPartsError if the body holds more than is taken at a time. */
  addParts(count: number): void {
    this.#parts += count;
    if (this.#parts > MAX_PARTS) throw new TooManyPartsError(undefined, count);
  }

  /** @throws DecodeError if one part, or all resources and scopes, hold more than is taken. */
  addValues(count: number): void {
    this.#values += count;
    this.#shared += count;
    if (this.#shared > MAX_SHARED_VALUES)
      throw new TooManyPartsError(`${MAX_SHARED_VALUES} attributes and values in a resource or a scope`);
    if (this.#values <= this.#maxValues) return;
    if (this.#maxValues === MAX_PART_VALUES) {
      throw new DecodeError(
        `expected at most ${MAX_PART_VALUES} attributes, values and numbers in one record, point or span`,
      );
    }
    throw new TooManyPartsError(`${MAX_REQUEST_VALUES} attributes and values of resources and scopes in a request`);
  }
}
