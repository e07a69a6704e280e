import { setOwn } from '../../codec/normalise.js';
import { DecodeError, TooManyPartsError } from './decoder.js';

/** Objects, lists, members and elements after which a list or an object is cut, so that no piece takes long to parse. */
const PIECE_TOKENS = 8_000;
/** Those that a piece may hold that can't be cut further. */
const MAX_PIECE_TOKENS = 60_000;
/** How deep lists and objects are cut; those of OTLP are large at a depth of ten at most. */
const MAX_CUT_DEPTH = 32;

const QUOTED_KEY = /^\s*("(?:[^"\\]|\\.)*")\s*:\s*$/s;
const CLOSERS: Readonly<Record<number, number>> = { 0x7b: 0x7d, 0x5b: 0x5d };

/** Bytes of a body. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** A list or an object that is parsed in pieces. */
export interface JsonNode extends Span {
  readonly pieces: readonly Piece[];
}

/** Some of its members or elements, or one of them that is large itself. */
interface Piece extends Span {
  readonly large?: JsonNode | undefined;
}

/** A list or an object that is open. */
interface Frame {
  readonly start: number;
  readonly tokens: number;
  readonly pieces: Piece[];
  /** Where the piece begins that is not cut off yet, and how many tokens came before it. */
  from: number;
  fromTokens: number;
  /** Where the present element or member begins, and what is in it that is large. */
  itemStart: number;
  large: JsonNode | undefined;
}

/** Finds where a text of JSON can be cut, while somebody else looks through it. */
export class JsonCutter {
  readonly #frames: Frame[] = [];
  #depth = 0;
  /** The whole, if it is parsed in pieces. */
  root: JsonNode | undefined = undefined;

  /** A list or an object begins; `tokens` is how many there were so far, this one included. */
  open(at: number, tokens: number): void {
    this.#depth += 1;
    if (this.#depth > MAX_CUT_DEPTH) return;
    const from = at + 1;
    this.#frames.push({ start: at, tokens, pieces: [], from, fromTokens: tokens, itemStart: from, large: undefined });
  }

  comma(at: number, tokens: number): void {
    const frame = this.#depth <= MAX_CUT_DEPTH ? this.#frames.at(-1) : undefined;
    if (frame === undefined) return;
    if (frame.large !== undefined || tokens - frame.fromTokens >= PIECE_TOKENS) cut(frame, at, tokens);
    frame.itemStart = at + 1;
  }

  close(at: number, tokens: number): void {
    this.#depth -= 1;
    if (this.#depth >= MAX_CUT_DEPTH || this.#depth < 0) return;
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    const { pieces, start } = frame;
    let node: JsonNode | undefined;
    if (frame.large !== undefined || pieces.length > 0) {
      cut(frame, at, tokens);
      node = { start, end: at + 1, pieces };
    }
    const above = this.#frames.at(-1);
    if (above === undefined) {
      checkPiece(node === undefined ? tokens - frame.tokens : 0);
      this.root ??= node;
    } else if (node !== undefined) {
      above.large = node;
    }
  }

  /** Whether something is open still. */
  get isOpen(): boolean {
    return this.#depth > 0;
  }
}

/** Cuts a piece off, or two: the last element or member, if it is large, and what is before it. */
function cut(frame: Frame, at: number, tokens: number): void {
  const { large, from, itemStart, pieces } = frame;
  if (large === undefined) {
    checkPiece(tokens - frame.fromTokens);
    pieces.push({ start: from, end: at });
  } else {
    // without the comma between
    if (itemStart > from) pieces.push({ start: from, end: itemStart - 1 });
    pieces.push({ start: itemStart, end: at, large });
  }
  frame.large = undefined;
  frame.from = at + 1;
  frame.fromTokens = tokens;
}

function checkPiece(tokens: number): void {
  if (tokens <= MAX_PIECE_TOKENS) return;
  throw new TooManyPartsError(`${MAX_PIECE_TOKENS} objects, lists and their members in one value of a request`);
}

/**
 * Parses a list or an object piece by piece, and gives what `JSON.parse` would give.
 *
 * @param textOf - the text between two bytes.
 * @throws SyntaxError or DecodeError if it is no JSON.
 */
export function* parsedInPieces(
  bytes: Uint8Array,
  node: JsonNode,
  textOf: (start: number, end: number) => string,
): Generator<undefined, unknown> {
  const { start, end, pieces } = node;
  if (bytes[end - 1] !== CLOSERS[bytes[start] as number]) throw new DecodeError('a list ends as an object, or so');
  const isObject = bytes[start] === 0x7b;
  const list: unknown[] = [];
  const map: Record<string, unknown> = {};
  for (const { start: from, end: to, large } of pieces) {
    if (large === undefined) {
      const text = textOf(from, to);
      if (text.trim() === '') throw new DecodeError('a comma that nothing follows');
      if (isObject) {
        const read = JSON.parse(`{${text}}`) as Record<string, unknown>;
        for (const key of Object.keys(read)) setOwn(map, key, read[key]);
      } else {
        for (const value of JSON.parse(`[${text}]`) as unknown[]) list.push(value);
      }
    } else {
      const before = textOf(from, large.start);
      if (textOf(large.end, to).trim() !== '') throw new DecodeError('a comma is missing');
      const key = isObject ? QUOTED_KEY.exec(before)?.[1] : undefined;
      if (isObject ? key === undefined : before.trim() !== '') throw new DecodeError('a value in the wrong place');
      const value = yield* parsedInPieces(bytes, large, textOf);
      if (key === undefined) list.push(value);
      else setOwn(map, JSON.parse(key) as string, value);
    }
    yield;
  }
  return isObject ? map : list;
}
