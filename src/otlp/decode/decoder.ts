import type { Message } from './schema.js';

/** Reads messages of one request body. What a message lacks is absent; what the schema doesn't know is left out. */
export interface Decoder {
  /** The body as a whole. */
  request(message: Message): object;
  /** A part of it that was left to be read by itself. */
  part(message: Message, lazy: unknown): object;
}

/** Levels of arrays and maps in a value; deeper ones make a record unreadable. */
export const MAX_VALUE_DEPTH = 64;

/** Log records, metrics, points and spans in one body: beyond it, it is to come in pieces. */
export const MAX_PARTS = 250_000;

/** A body, or a part of one, that is not what it should be. */
export class DecodeError extends Error {}

/** A body in which there is more than is taken at a time. */
export class TooManyPartsError extends DecodeError {
  constructor() {
    super(`expected at most ${MAX_PARTS} log records, metrics, points and spans in a request`);
  }
}
