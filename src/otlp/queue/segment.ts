import { builtIn } from '../../runtime/built-in.js';

/*
 * A queue directory holds segments, `000000000001.otlp` and so on, and one file `offset`. A segment is a row of entries,
 * each of which is one request, and nothing else. All numbers are little-endian.
 *
 *    byte  0        4        8        12        16        20        24
 *          +--------+--------+--------+---------+---------+---------+----------------+
 *          | "RQE"  | length | items  | items   | CRC-32  | CRC-32  | payload,       |  next entry …
 *          |  + 01  |        |        | before  | payload | header  | `length` bytes |
 *          +--------+--------+--------+---------+---------+---------+----------------+
 *
 * - The fourth byte is the version of the layout. A segment that begins with a sound header of another version is left to
 *   the version of this library that wrote it.
 * - The header's CRC covers bytes 0 to 19. No field is believed unless it fits.
 * - `items` are the log records or metric points of the request; `items before` are those of all entries before it in the
 *   segment. So the next sound header says what a damaged stretch held, and the counters stay exact.
 *
 * Invariants:
 * 1. Entries are only appended, by the one thread that holds the lease of the directory; a write that was cut short is
 *    written over by the next one. After a crash the last entry may be torn, no other one.
 * 2. An entry is in the file when `append` returns, or counted in memory, or counted as lost.
 * 3. Segments leave whole, the oldest first: all of it was sent, or it has to make room. `offset` is advisory: without it
 *    entries are sent twice, and none is lost.
 * 4. Whatever bytes are found, reading ends, and goes on at the next sound header. A damaged header that can be made anew
 *    from what surrounds it loses nothing.
 */

/** A request that waits to be sent. */
export interface QueueEntry {
  readonly payload: Uint8Array;
  /** Log records or metric points in it. */
  readonly items: number;
}

/** One file of a queue. */
export interface Segment {
  readonly sequence: number;
  readonly path: string;
  /** Items that entered the queue before it. */
  readonly base: number;
  /** The file, if it was made here: another one at the same path is none of ours. */
  readonly inode: number | undefined;
  /** Bytes of it that count. */
  size: number;
  /** Items that were written to it, and those before the offset. */
  written: number;
  /** Items of the entries that were not sent. */
  items: number;
  /** Those of them that are being sent. */
  inFlight: number;
  /** It left, to make room. */
  gone: boolean;
  /** How often it could not be read, one time after the other. */
  failures: number;
}

/** Where in a segment an entry begins. */
export interface Offset {
  readonly offset: number;
  /** Items of the segment before it. */
  readonly itemsBefore: number;
}

/** The beginning of a segment. */
export const START: Offset = { offset: 0, itemsBefore: 0 };

/** What a sound header says. */
export interface EntryHeader {
  readonly length: number;
  readonly items: number;
  readonly itemsBefore: number;
  readonly payloadCrc: number;
}

export const HEADER_BYTES = 24;
export const VERSION = 1;
const MAGIC = 0x455152;
const CRC_AT = HEADER_BYTES - 4;

/** A payload with its header. */
export function frame(payload: Uint8Array, items: number, itemsBefore: number): Buffer {
  const whole = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  writeHeader(whole, { length: payload.byteLength, items, itemsBefore, payloadCrc: builtIn.zlib.crc32(payload) });
  whole.set(payload, HEADER_BYTES);
  return whole;
}

function writeHeader(bytes: Buffer, { length, items, itemsBefore, payloadCrc }: EntryHeader): void {
  bytes.writeUInt32LE(MAGIC + VERSION * 2 ** 24, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.writeUInt32LE(items, 8);
  bytes.writeUInt32LE(itemsBefore, 12);
  bytes.writeUInt32LE(payloadCrc, 16);
  bytes.writeUInt32LE(builtIn.zlib.crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
}

/** The version of the sound header that begins there; `undefined` if none does. */
export function versionAt(bytes: Buffer, at: number): number | undefined {
  if (at + HEADER_BYTES > bytes.length || (bytes.readUInt32LE(at) & 0xffffff) !== MAGIC) return undefined;
  const isSound = builtIn.zlib.crc32(bytes.subarray(at, at + CRC_AT)) === bytes.readUInt32LE(at + CRC_AT);
  return isSound ? bytes.readUInt8(at + 3) : undefined;
}

/** The header that begins there; `undefined` if no sound one of this version does. */
export function headerAt(bytes: Buffer, at: number): EntryHeader | undefined {
  if (versionAt(bytes, at) !== VERSION) return undefined;
  return {
    length: bytes.readUInt32LE(at + 4),
    items: bytes.readUInt32LE(at + 8),
    itemsBefore: bytes.readUInt32LE(at + 12),
    payloadCrc: bytes.readUInt32LE(at + 16),
  };
}

/** Where the first sound header from a byte on begins, that comes after so many items; `-1` if there is none. */
export function findHeader(bytes: Buffer, from: number, itemsBefore: number): number {
  for (let at = bytes.indexOf('RQE', from, 'latin1'); at >= 0; at = bytes.indexOf('RQE', at + 1, 'latin1')) {
    const header = headerAt(bytes, at);
    if (header !== undefined && header.itemsBefore >= itemsBefore) return at;
  }
  return -1;
}

/**
 * Whether a payload is the one of a damaged header: the rest of the header can be made anew from what surrounds it, and
 * then one of its two checksums has to fit.
 */
export function belongsTo(damaged: Buffer, payload: Uint8Array, items: number, itemsBefore: number): boolean {
  if (damaged.length < HEADER_BYTES || payload.byteLength === 0) return false;
  const payloadCrc = builtIn.zlib.crc32(payload);
  if (damaged.readUInt32LE(16) === payloadCrc) return true;
  const anew = Buffer.alloc(HEADER_BYTES);
  writeHeader(anew, { length: payload.byteLength, items, itemsBefore, payloadCrc });
  return anew.readUInt32LE(CRC_AT) === damaged.readUInt32LE(CRC_AT);
}

/** What has room in one request, unless a single entry has more. */
export interface Room {
  readonly maxBytes: number;
  /** Default: no limit but that of bytes. */
  readonly maxItems?: number | undefined;
}

/** An entry as it stands in a segment, and what follows it. */
export interface FoundEntry extends QueueEntry {
  /** Where the next one begins, counted from the first byte that was looked at. */
  readonly end: number;
  /** Items of the segment up to there. */
  readonly itemsAfter: number;
}

/**
 * The first entries of some bytes, as many as have room but at least one, and up to the first that is cut or damaged.
 *
 * @param itemsBefore - items of the segment before those bytes: an entry that says otherwise follows something lost.
 */
export function entriesOf(
  bytes: Buffer,
  { maxBytes, maxItems = Number.POSITIVE_INFINITY }: Room,
  itemsBefore: number,
): readonly FoundEntry[] {
  const entries: FoundEntry[] = [];
  let before = itemsBefore;
  for (let at = 0; ; ) {
    const header = headerAt(bytes, at);
    if (header === undefined || header.itemsBefore !== before) return entries;
    const end = at + HEADER_BYTES + header.length;
    if (end > bytes.length) return entries;
    if (entries.length > 0 && (end > maxBytes || before + header.items - itemsBefore > maxItems)) return entries;
    const payload = bytes.subarray(at + HEADER_BYTES, end);
    if (builtIn.zlib.crc32(payload) !== header.payloadCrc) return entries;
    before += header.items;
    entries.push({ payload, items: header.items, end, itemsAfter: before });
    at = end;
  }
}
