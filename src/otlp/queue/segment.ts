import { crc32 } from 'node:zlib';

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
  /** Bytes of it that are whole entries. */
  size: number;
  /** Items of the entries that were not sent. */
  items: number;
  /** Those of them that are being sent. */
  inFlight: number;
  /** It was removed to make room. */
  gone: boolean;
}

/** An entry as it stands in a segment. */
export interface FoundEntry extends QueueEntry {
  /** Where the next one begins, from the first byte that was looked at. */
  readonly end: number;
}

/** Bytes before each payload: magic number, length, items, CRC-32 of the payload. */
export const HEADER_BYTES = 16;
const MAGIC = 0x31515052;

/** A payload with its header. */
export function frame(payload: Uint8Array, items: number): Buffer {
  const whole = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  whole.writeUInt32LE(MAGIC, 0);
  whole.writeUInt32LE(payload.byteLength, 4);
  whole.writeUInt32LE(items, 8);
  whole.writeUInt32LE(crc32(payload), 12);
  whole.set(payload, HEADER_BYTES);
  return whole;
}

/** The items of all entries from an byte on, and where what is whole ends. */
export function measure(bytes: Buffer, offset: number): { readonly items: number; readonly end: number } {
  let items = 0;
  let at = offset;
  for (let end = endOf(bytes, at); end !== undefined && end <= bytes.length; end = endOf(bytes, at)) {
    items += bytes.readUInt32LE(at + 8);
    at = end;
  }
  return { items, end: at };
}

/** Where the entry that begins at an byte ends, maybe beyond what is there; `undefined` where none begins. */
export function endOf(bytes: Buffer, at: number): number | undefined {
  if (at + HEADER_BYTES > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return undefined;
  return at + HEADER_BYTES + bytes.readUInt32LE(at + 4);
}

/** The first entries of some bytes, up to so many but at least one, and up to the first that is damaged. */
export function entriesOf(bytes: Buffer, maxBytes: number): readonly FoundEntry[] {
  const entries: FoundEntry[] = [];
  let at = 0;
  for (let end = endOf(bytes, at); end !== undefined && end <= bytes.length; end = endOf(bytes, at)) {
    if (entries.length > 0 && end > maxBytes) break;
    const payload = bytes.subarray(at + HEADER_BYTES, end);
    if (crc32(payload) !== bytes.readUInt32LE(at + 12)) break;
    entries.push({ payload, items: bytes.readUInt32LE(at + 8), end });
    at = end;
  }
  return entries;
}
