import { DecodeError, TooManyPartsError } from './decoder.js';
import { JsonCutter, type JsonNode, parsedInPieces } from './json-tree.js';

/** What is no white space of JSON (RFC 8259, section 2), such as a byte order mark. */
const BESIDE = /[^ \t\n\r]/;

/** Objects, lists, members and elements of one body: what is parsed holds some 50 bytes for each of them. */
export const MAX_TOKENS = 2_000_000;

/** How deep a body may be nested as a whole; a value in it may be nested less deep. */
const MAX_NESTING = 100_000;

/** Members of one object: those of OTLP have some twenty, and many names that differ take a parser seconds. */
const MAX_MEMBERS = 10_000;

/** Bytes that are looked through at a time. */
const SLICE_BYTES = 256 * 1024;

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
  /** Where it is cut, if it is too large to be parsed at once. */
  readonly root: JsonNode | undefined;
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
  const cutter = new JsonCutter();
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
        cutter.comma(at, tokens);
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        tokens += 1;
        members.push(byte === OPEN_OBJECT ? 0 : Number.NEGATIVE_INFINITY);
        cutter.open(at, tokens);
        if (members.length > MAX_NESTING) throw new DecodeError(`expected JSON of at most ${MAX_NESTING} levels`);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        members.pop();
        cutter.close(at, tokens);
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
  if (cutter.isOpen) throw new DecodeError('expected JSON: it ends too early');
  return { tokens, longIntegers, root: cutter.root };
}

/**
 * Parses a text that was looked through, a piece at a time if it is large.
 *
 * @throws SyntaxError or DecodeError if it is no JSON.
 */
export function* parseScanned(bytes: Buffer, { longIntegers, root }: JsonScan): Generator<undefined, unknown> {
  const textOf = (start: number, end: number): string => withExactIntegers(bytes, longIntegers, start, end);
  if (root === undefined) return JSON.parse(textOf(0, bytes.length)) as unknown;
  const around = textOf(0, root.start) + textOf(root.end, bytes.length);
  if (BESIDE.test(around)) throw new DecodeError('expected JSON: there is something beside it');
  return yield* parsedInPieces(bytes, root, textOf);
}

/** The text with those integers quoted that a number would change: the form that the specification prefers. */
function withExactIntegers(bytes: Buffer, longIntegers: readonly number[], start: number, textEnd: number): string {
  const first = firstFrom(longIntegers, start);
  if (first >= longIntegers.length || (longIntegers[first] as number) >= textEnd)
    return bytes.toString('utf8', start, textEnd);
  const last = firstFrom(longIntegers, textEnd);
  const quoted = Buffer.allocUnsafe(textEnd - start + last - first);
  let to = 0;
  let from = start;
  for (let i = first; i < last; i += 1) {
    const end = longIntegers[i] as number;
    to += bytes.copy(quoted, to, from, end);
    quoted[to] = QUOTE;
    to += 1;
    from = end;
  }
  to += bytes.copy(quoted, to, from, textEnd);
  return quoted.toString('utf8', 0, to);
}

function afterString(bytes: Uint8Array, start: number): number {
  for (let quote = bytes.indexOf(QUOTE, start); quote >= 0; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let before = quote - 1;
    while (before >= start && bytes[before] === BACKSLASH) before -= 1;
    // an even number of backslashes: the quote is not escaped
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return bytes.length;
}

/** The index of the first of some numbers, in their order, that is not below another. */
function firstFrom(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
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
