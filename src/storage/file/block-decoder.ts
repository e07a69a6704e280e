import { isUtf8 } from 'node:buffer';
import { decodeLine } from '../../codec/json-line-decode.js';
import { decodeOwnLine } from '../../codec/json-line-fast.js';
import { holeBefore } from '../../codec/line-hole.js';
import { toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import type { ResolvedQuery } from '../../model/query.js';
import type { Diagnostics } from '../../runtime/diagnostics.js';
import type { Matcher } from '../query-match.js';
import type { LineBlock } from './line-blocks.js';
import { linesIn } from './lines-in.js';

/** Lines, and closed files, that could not be read, so far: each time that they were met. */
export interface UnreadableLines {
  /** How many lines were skipped. */
  readonly count: number;
  /**
   * By reason: lines that are `too_long`, `not_utf8`, `not_rimp`; files that are a `truncated_gzip`, a `broken_gzip`, or
   * an `unreadable_file`.
   */
  readonly reasons: Readonly<Record<string, number>>;
  /** What was wrong with the last of them. */
  readonly last: string | undefined;
}

/** Lines of another format that may stand in a file, of several items each. */
export interface OtherLines {
  isOne(text: string): boolean;
  /**
   * The items of such a line.
   *
   * @param skip - is called with what of it can't be read: the reason, how many, and what was wrong.
   */
  itemsOf(text: string, skip: (reason: string, count: number, what: string) => void): readonly TelemetryItem[];
}

/** The items of a block, and the number of the line that each stands in. */
export interface DecodedBlock {
  readonly items: TelemetryItem[];
  readonly lines: number[];
}

/** Whether no line of a text is of any use. */
type IsOutside = (text: string) => boolean;

/** Bytes that become text at once: an item's texts are cut from it, and keep it in memory. */
const PIECE_BYTES = 16 * 1024;
/** Longer pieces, which are one line, are decoded at once: an expression has no stack for lines of megabytes. */
const MAX_TESTED_BYTES = 4 * PIECE_BYTES;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/** Turns lines into items, and counts what is none. */
export class BlockDecoder {
  readonly #path: string;
  readonly #maxLineBytes: number;
  readonly #diagnostics: Diagnostics;
  readonly #others: OtherLines | undefined;
  readonly #reasons = new Map<string, number>();
  #unreadable = 0;
  #last: string | undefined;

  /** @param others - lines of which format are read as well; default: none. */
  constructor(path: string, maxLineBytes: number, diagnostics: Diagnostics, others?: OtherLines) {
    this.#path = path;
    this.#diagnostics = diagnostics;
    this.#maxLineBytes = maxLineBytes;
    this.#others = others;
  }

  get unreadable(): UnreadableLines {
    return { count: this.#unreadable, reasons: Object.fromEntries(this.#reasons), last: this.#last };
  }

  /**
   * The items that match, in the order of the file.
   *
   * @param outside - whether no line of a text is of the query's times: then they are not decoded.
   */
  decode(block: LineBlock, query: ResolvedQuery, matches: Matcher, outside?: IsOutside): DecodedBlock {
    const found: DecodedBlock = { items: [], lines: [] };
    const { bytes } = block;
    let line = 0;
    // lines that are passed over are counted once there is one behind them that is not
    let counted = 0;
    for (let start = 0; start < bytes.length; ) {
      const near = start + PIECE_BYTES;
      let end = near < bytes.length ? bytes.lastIndexOf(NEWLINE, near) + 1 : bytes.length;
      if (end <= start) end = bytes.indexOf(NEWLINE, near) + 1 || bytes.length;
      const piece = bytes.subarray(start, end);
      if (!this.#isOutside(piece, outside)) {
        line += linesIn(bytes.subarray(counted, start));
        line += this.#decodePiece(piece, line, query, matches, found);
        counted = end;
      }
      start = end;
    }
    return found;
  }

  /** Counts a closed file of which something can't be read, and names it. */
  badFile(path: string, reason: string, what: string): void {
    this.#count(reason, `${path}: ${what}`);
    this.#diagnostics.report(`unreadable_file:${path}`, `${path} can't be read to its end: ${what}; the rest is read`);
  }

  tooLong(bytes: number): void {
    this.#skip('too_long', `a line of ${bytes} bytes`);
  }

  /** Whether no line of a piece is of the times asked for. */
  #isOutside(bytes: Buffer, outside: IsOutside | undefined): boolean {
    if (outside === undefined || bytes.length > Math.min(this.#maxLineBytes, MAX_TESTED_BYTES)) return false;
    return isUtf8(bytes) && outside(bytes.toString('latin1'));
  }

  /** Decodes a piece whose first line has this number; gives how many lines there were. */
  #decodePiece(bytes: Buffer, first: number, query: ResolvedQuery, matches: Matcher, found: DecodedBlock): number {
    if (!isUtf8(bytes)) return this.#decodeBytes(bytes, first, matches, found);
    const plain = !holdsLongNumber(bytes);
    const lines = bytes.toString('utf8').split('\n');
    const before = found.items.length;
    for (let i = 0; i < lines.length; i += 1) {
      const text = lines[i] as string;
      if (text === '') continue;
      const item = this.#decodeText(text, plain ? query : undefined);
      if (item == null) continue;
      if (isSeveral(item)) {
        add(item, first + i, matches, found);
        continue;
      }
      if (!matches(item)) continue;
      found.items.push(item);
      found.lines.push(first + i);
    }
    if (plain && (found.items.length - before) * 4 < lines.length) {
      // few of many: texts of their own, rather than such that keep all of this piece in memory
      for (let k = before; k < found.items.length; k += 1) {
        const line = lines[(found.lines[k] as number) - first] as string;
        const text = line.slice(holeBefore(line));
        if (this.#others?.isOne(text) !== true) found.items[k] = decodeLine(unmarked(text));
      }
    }
    return bytes.at(-1) === NEWLINE ? lines.length - 1 : lines.length;
  }

  #decodeText(text: string, times: ResolvedQuery | undefined): Decoded {
    // a character has three bytes at most
    if (text.length * 3 > this.#maxLineBytes) {
      const bytes = Buffer.byteLength(text);
      if (bytes > this.#maxLineBytes) return this.#skip('too_long', `a line of ${bytes} bytes`);
    }
    if (times !== undefined) {
      const item = decodeOwnLine(text, times);
      if (item !== undefined) return item;
    }
    const hole = holeBefore(text);
    if (hole > 0) {
      this.#skip('not_rimp', `${hole} NUL bytes`);
      return this.#decodeText(text.slice(hole), times);
    }
    if (text.trim() === '') return undefined;
    if (this.#others?.isOne(text) === true)
      return this.#others.itemsOf(text, (reason, count, what) => this.#skip(reason, what, count));
    try {
      return decodeLine(unmarked(text), times !== undefined);
    } catch (error) {
      return this.#skip('not_rimp', toError(error).message);
    }
  }

  /** Line by line, if one of them is no UTF-8. */
  #decodeBytes(bytes: Buffer, first: number, matches: Matcher, found: DecodedBlock): number {
    let line = 0;
    for (let start = 0; start < bytes.length; line += 1) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline;
      const text = bytes.subarray(start, end);
      start = end + 1;
      const item = isUtf8(text)
        ? this.#decodeText(text.toString('utf8'), undefined)
        : this.#skip('not_utf8', 'a line that is no UTF-8');
      if (item != null) add(isSeveral(item) ? item : [item], first + line, matches, found);
    }
    return line;
  }

  #skip(reason: string, what: string, count = 1): undefined {
    this.#count(reason, what, count);
    this.#diagnostics.report('unreadable_lines', `${this.#path} holds ${what}: it is skipped`);
    return undefined;
  }

  #count(reason: string, what: string, count = 1): void {
    this.#unreadable += count;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + count);
    this.#last = what;
  }
}

/** What a line holds: `null` of other times than those asked for, `undefined` nothing that can be read. */
type Decoded = TelemetryItem | readonly TelemetryItem[] | null | undefined;

function isSeveral(decoded: TelemetryItem | readonly TelemetryItem[]): decoded is readonly TelemetryItem[] {
  return Array.isArray(decoded);
}

function add(items: readonly TelemetryItem[], line: number, matches: Matcher, found: DecodedBlock): void {
  for (const item of items) {
    if (!matches(item)) continue;
    found.items.push(item);
    found.lines.push(line);
  }
}

function unmarked(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

const LONG = 16;
const QUOTE = 0x22;
const DOT = 0x2e;
const MINUS = 0x2d;

/** Whether there is an integer of sixteen digits or more outside quotes: it may be larger than a number holds exactly. */
function holdsLongNumber(bytes: Buffer): boolean {
  // one of every sixteen bytes in a row is one of its digits
  for (let i = LONG - 1; i < bytes.length; i += LONG) {
    if (!isDigit(bytes[i] as number)) continue;
    let start = i;
    while (start > 0 && isDigit(bytes[start - 1] as number)) start -= 1;
    let end = i + 1;
    while (end < bytes.length && isDigit(bytes[end] as number)) end += 1;
    if (end - start < LONG) continue;
    const before = bytes[start - 1] === MINUS ? bytes[start - 2] : bytes[start - 1];
    if (before !== QUOTE && before !== DOT) return true;
  }
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Where the line of a number begins in a block, in bytes. */
export function startOfLine(bytes: Buffer, line: number): number {
  let start = 0;
  for (let n = 0; n < line; n += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0) return bytes.length;
    start = newline + 1;
  }
  return start;
}
