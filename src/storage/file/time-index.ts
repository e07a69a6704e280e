import { closeSync, readFileSync, writeSync } from 'node:fs';
import { builtIn } from '../../runtime/built-in.js';
import { openToAppend } from './append-file.js';
import { fingerprintOf } from './segments.js';

/*
 * The index of a file: `telemetry.jsonl.idx`, records of 52 bytes, each of a stretch of whole lines. It is derived: what
 * it doesn't cover, or no longer fits, is looked up in the file itself.
 *
 *     0  'RIX2'   4  CRC-32 of the last bytes of the stretch   8  fingerprint of the file, 8 bytes
 *    16  start   24  end   32  earliest   40  latest time in milliseconds      little-endian doubles
 *    48  CRC-32 of all that stands before in the record
 *
 * Invariants:
 * - A record is believed only if its own checksum fits, it is of this file, and the stretch ends as it says.
 * - Whatever fails while the index is written costs time when the file is read, and nothing else.
 */
const RECORD_BYTES = 52;
const CRC_AT = 48;
const MAGIC = 0x32584952;
/** Bytes of a stretch's end that are checked. */
export const CHECKED_BYTES = 32;
/** Bytes of a stretch. */
const STRETCH_BYTES = 256 * 1024;
/** A stretch that ends early is worth a record from here on. */
const LEAST_BYTES = 16 * 1024;

/** A stretch of whole lines, and the times in it. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Milliseconds since the Unix epoch. */
  readonly earliest: number;
  readonly latest: number;
  /** CRC-32 of its last bytes; absent if the stretch was looked up in the file itself. */
  readonly check?: number;
}

/** Where the index of a file is. */
export function indexPathOf(path: string): string {
  return `${path}.idx`;
}

/** Gathers what a writer appends into records of its file's index. */
export class TimeIndexWriter {
  readonly #mode: number | undefined;
  #path: string;
  #start = 0;
  #end = 0;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  #tail: Buffer = Buffer.alloc(0);
  #fingerprint = '';

  constructor(path: string, mode: number | undefined) {
    this.#path = path;
    this.#mode = mode;
  }

  /** Notes that lines of these times were appended to a file. */
  note(path: string, fingerprint: string, start: number, bytes: Buffer, earliest: number, latest: number): void {
    if (start !== this.#end || fingerprint !== this.#fingerprint || path !== this.#path) {
      this.flush();
      this.#path = path;
      this.#start = start;
      this.#fingerprint = fingerprint;
    }
    this.#end = start + bytes.length;
    this.#earliest = Math.min(this.#earliest, earliest);
    this.#latest = Math.max(this.#latest, latest);
    this.#tail = bytes.subarray(-CHECKED_BYTES);
    if (this.#end - this.#start >= STRETCH_BYTES) this.flush();
    // what follows may keep a whole batch in memory
    else this.#tail = Buffer.from(this.#tail);
  }

  /** Writes what is gathered, if it is worth it. */
  flush(leastBytes = LEAST_BYTES): void {
    const length = this.#end - this.#start;
    if (length >= leastBytes && length > 0 && this.#earliest <= this.#latest) {
      const record = Buffer.alloc(RECORD_BYTES);
      record.writeUInt32LE(MAGIC, 0);
      record.writeUInt32LE(builtIn.zlib.crc32(this.#tail), 4);
      record.write(this.#fingerprint, 8, 'hex');
      [this.#start, this.#end, this.#earliest, this.#latest].forEach((value, i) =>
        record.writeDoubleLE(value, 16 + i * 8),
      );
      record.writeUInt32LE(builtIn.zlib.crc32(record.subarray(0, CRC_AT)), CRC_AT);
      try {
        append(indexPathOf(this.#path), record, this.#mode);
      } catch {
        // no room, no right: the file itself is looked at instead
      }
    }
    this.#start = this.#end;
    this.#earliest = Number.POSITIVE_INFINITY;
    this.#latest = Number.NEGATIVE_INFINITY;
  }

  /** Forgets where it was: another file is written from now on. */
  reset(leastBytes?: number): void {
    this.flush(leastBytes);
    this.#start = 0;
    this.#end = 0;
    this.#fingerprint = '';
  }
}

/**
 * The records of a file's index that are sound and about this very file, in order, without overlaps.
 *
 * @param head - the beginning of the file; its fingerprint is made only if there is an index.
 */
export function readTimeIndex(path: string, head: Uint8Array, size: number): Stretch[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(indexPathOf(path));
  } catch {
    return [];
  }
  const fingerprint = fingerprintOf(head);
  if (fingerprint === undefined) return [];
  const found: Stretch[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; ) {
    const record = bytes.subarray(at, at + RECORD_BYTES);
    if (
      record.readUInt32LE(0) !== MAGIC ||
      record.readUInt32LE(CRC_AT) !== builtIn.zlib.crc32(record.subarray(0, CRC_AT))
    ) {
      // a damaged record: the next sound one begins somewhere behind
      at += 1;
      continue;
    }
    const [start, end, earliest, latest] = [16, 24, 32, 40].map((offset) => record.readDoubleLE(offset)) as [
      number,
      number,
      number,
      number,
    ];
    const isPart = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end && end <= size;
    if (isPart && earliest <= latest && record.toString('hex', 8, 16) === fingerprint)
      found.push({ start, end, earliest, latest, check: record.readUInt32LE(4) });
    at += RECORD_BYTES;
  }
  found.sort((a, b) => a.start - b.start);
  const apart: Stretch[] = [];
  for (const stretch of found) if (stretch.start >= (apart.at(-1)?.end ?? 0)) apart.push(stretch);
  return apart;
}

/** Whether bytes are the end of a stretch. */
export function isEndOf(stretch: Stretch, tail: Buffer): boolean {
  return stretch.check === undefined || builtIn.zlib.crc32(tail) === stretch.check;
}

function append(path: string, bytes: Buffer, mode: number | undefined): void {
  const descriptor = openToAppend(path, mode);
  try {
    writeSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}
