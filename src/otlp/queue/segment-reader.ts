import { read } from 'node:fs';
import { closeQuietly, openPrivate } from '../../runtime/private-file.js';
import { entriesOf, HEADER_BYTES, headerAt, type Offset, type QueueEntry, type Room, type Segment } from './segment.js';

const BLOCK_BYTES = 1024 * 1024;

/** An entry of a segment, with where the next one begins; or one in memory, which has none of this. */
export interface StoredEntry extends QueueEntry {
  readonly segment?: Segment;
  readonly next?: Offset;
}

/** Reads segments, one after the other, and keeps the one that was read last open, and what was read beyond an answer. */
export class SegmentReader {
  #open: { readonly segment: Segment; readonly descriptor: number } | undefined;
  #reading: Promise<unknown> | undefined;
  /** The block that was read last: entries that had no room in the answer are not read again. */
  #block: { readonly segment: Segment; readonly from: number; readonly bytes: Buffer } | undefined;

  /** The next entries of a segment, as many as have room but at least one; none if the next one is damaged. */
  async entries(segment: Segment, { offset, itemsBefore }: Offset, room: Room): Promise<readonly StoredEntry[]> {
    const left = segment.size - offset;
    const kept = this.#kept(segment, offset);
    if (kept !== undefined) {
      const found = storedIn(kept, segment, { offset, itemsBefore }, room);
      if (found.length > 0) return found;
    }
    let bytes = await this.#read(segment, offset, Math.min(left, Math.max(BLOCK_BYTES, room.maxBytes)));
    const first = headerAt(bytes, 0);
    const whole = first === undefined ? 0 : HEADER_BYTES + first.length;
    if (whole > bytes.length && whole <= left) bytes = await this.#read(segment, offset, whole);
    const found = storedIn(bytes, segment, { offset, itemsBefore }, room);
    const isUsedUp = found.at(-1)?.next?.offset === offset + bytes.length;
    this.#block = isUsedUp ? undefined : { segment, from: offset, bytes };
    return found;
  }

  /** What is left of the last block from a byte on. */
  #kept(segment: Segment, offset: number): Buffer | undefined {
    if (this.#block?.segment !== segment || offset < this.#block.from) return undefined;
    return this.#block.bytes.subarray(offset - this.#block.from);
  }

  /** What there is of a segment from a byte on. */
  async #read(segment: Segment, position: number, length: number): Promise<Buffer> {
    const descriptor = this.descriptorOf(segment);
    const bytes = Buffer.allocUnsafe(length);
    const reading = new Promise<number>((resolve, reject) => {
      read(descriptor, bytes, 0, length, position, (error, count) => (error === null ? resolve(count) : reject(error)));
    });
    // a descriptor that is closed meanwhile may become another file's
    this.#reading = reading.catch(() => undefined);
    return bytes.subarray(0, await reading);
  }

  /** @throws the error of the file system if the segment can't be opened. */
  descriptorOf(segment: Segment): number {
    if (this.#open?.segment !== segment) {
      this.#close();
      this.#open = { segment, descriptor: openPrivate(segment.path, 'read') };
    }
    return this.#open.descriptor;
  }

  /** Closes the file when what is being read has been. */
  async close(): Promise<void> {
    await this.#reading;
    this.#close();
  }

  #close(): void {
    if (this.#open !== undefined) closeQuietly(this.#open.descriptor);
    this.#open = undefined;
    this.#block = undefined;
  }
}

/** The entries that stand at an offset of a segment, with where each next one begins. */
function storedIn(
  bytes: Buffer,
  segment: Segment,
  { offset, itemsBefore }: Offset,
  room: Room,
): readonly StoredEntry[] {
  return entriesOf(bytes, room, itemsBefore).map(({ payload, items, end, itemsAfter }) => {
    return { payload, items, segment, next: { offset: offset + end, itemsBefore: itemsAfter } };
  });
}
