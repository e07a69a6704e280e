import { DecodeError, TooManyPartsError } from './decoder.js';

/** Objects, lists, members and elements of one body: what is parsed holds some 50 bytes for each of them. */
export const MAX_TOKENS = 2_000_000;

/** How deep a body may be nested as a whole; a value in it may be nested less deep. */
const MAX_NESTING = 100_000;

/** Members of one object: those of OTLP have some twenty, and many names that differ take a parser seconds. */
const MAX_MEMBERS = 10_000;

/** Bytes that are looked through at a time. */
const SLICE_BYTES = 1024 * 1024;

/** Digits beyond which a number may not hold an integer exactly. */
const LONG_DIGITS = 16;

/** Digits, with a sign, beyond which JavaScript writes a number with an exponent. */
const MOST_DIGITS = 22;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What was found in a text that may be JSON. */
export interface JsonScan {
  /** Objects, lists, members and elements. */
  readonly tokens: number;
  /** Where integers stand that a number would change: start and end, by turns. */
  readonly longIntegers: readonly number[];
}

/**
 * Looks through a text that may be JSON before it is parsed, a slice at a time: a few kilobytes of gzip may hold
 * millions of empty lists, which no parser gives up.
 *
 * @throws TooManyPartsError if there is more in it than is taken at a time.
 * @throws DecodeError if it is nested too deep.
 */
export function* scanJson(body: Uint8Array): Generator<undefined, JsonScan> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const longIntegers: number[] = [];
  const { length } = bytes;
  let tokens = 0;
  /** Commas in each object that is open; lists have any number. */
  const members: number[] = [];
  let at = 0;
  for (let until = SLICE_BYTES; at < length; until = at + SLICE_BYTES) {
    while (at < length && at < until) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        at = afterString(bytes, at + 1);
        continue;
      }
      if (byte === COMMA) {
        tokens += 1;
        const last = members.length - 1;
        const count = (members[last] ?? Number.NEGATIVE_INFINITY) + 1;
        if (count >= MAX_MEMBERS) throw new DecodeError(`expected objects of at most ${MAX_MEMBERS} members`);
        if (last >= 0) members[last] = count;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        tokens += 1;
        members.push(byte === OPEN_OBJECT ? 0 : Number.NEGATIVE_INFINITY);
        if (members.length > MAX_NESTING) throw new DecodeError(`expected JSON of at most ${MAX_NESTING} levels`);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        members.pop();
      } else if (isDigit(byte) || byte === MINUS) {
        const end = afterNumber(bytes, at);
        if (end - at >= LONG_DIGITS && isRounded(bytes, at, end)) longIntegers.push(at, end);
        at = end;
        continue;
      }
      at += 1;
    }
    if (tokens > MAX_TOKENS) throw new TooManyPartsError(`${MAX_TOKENS} objects, lists and their members in a request`);
    if (at < length) yield;
  }
  return { tokens, longIntegers };
}

/** The text with those integers quoted that a number would change: the form that the specification prefers. */
export function withExactIntegers(bytes: Buffer, { longIntegers }: JsonScan): string {
  if (longIntegers.length === 0) return bytes.toString('utf8');
  const quoted = Buffer.allocUnsafe(bytes.length + longIntegers.length);
  let to = 0;
  let from = 0;
  for (const end of longIntegers) {
    to += bytes.copy(quoted, to, from, end);
    quoted[to] = QUOTE;
    to += 1;
    from = end;
  }
  to += bytes.copy(quoted, to, from);
  return quoted.toString('utf8', 0, to);
}

function afterString(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at;
}

function afterNumber(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  // digits, signs, points and exponents
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    if (!isDigit(byte) && byte !== MINUS && byte !== 0x2b && byte !== 0x2e && byte !== 0x45 && byte !== 0x65) break;
    at += 1;
  }
  return at;
}

/** Whether digits stand there that a number would change; what JavaScript itself writes for a number it doesn't. */
function isRounded(bytes: Buffer, start: number, end: number): boolean {
  for (let at = bytes[start] === MINUS ? start + 1 : start; at < end; at += 1) {
    if (!isDigit(bytes[at] as number)) return false;
  }
  if (end - start > MOST_DIGITS) return true;
  const token = bytes.toString('latin1', start, end);
  return String(Number(token)) !== token;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
