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

/** A body, or a part of one, that is not what it should be. */
export class DecodeError extends Error {}
