import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { toError } from '../../model/errors.js';
import { QueueMemory } from './memory-queue.js';
import { QueuePosition } from './offset.js';
import { endOf, entriesOf, frame, HEADER_BYTES, measure, type QueueEntry, type Segment } from './segment.js';

/** An entry of a segment, with where the next one begins; or one in memory, which has neither. */
interface StoredEntry extends QueueEntry {
  readonly segment?: Segment;
  readonly end?: number;
}

/** Why items left a queue unsent. */
export type QueueLoss = 'queue_full' | 'disk_failed';

/** Settings of a {@link DiskQueue}. */
export interface DiskQueueOptions {
  readonly directory: string;
  readonly maxBytes: number;
  /** Is told of items that were lost; with an error where the disk takes nothing, which costs nothing yet. */
  readonly onLost: (items: number, reason: QueueLoss, error?: unknown) => void;
  /** Is told of what a crash or a foreign hand left unreadable. */
  readonly onDamage: (what: string) => void;
}

const NAME = /^(\d{12})\.otlp$/;
const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;

/**
 * Requests in the order in which they came, in files of one directory: appended to at once, read back in pieces, removed
 * when they are sent. What is found at the start belongs to it. One process uses a directory at a time.
 */
export class DiskQueue {
  readonly #options: DiskQueueOptions;
  readonly #segmentBytes: number;
  readonly #position: QueuePosition;
  #segments: Segment[] = [];
  #writer: { readonly segment: Segment; readonly descriptor: number } | undefined;
  #reader: { readonly segment: Segment; readonly handle: FileHandle } | undefined;
  /** Where the next entry to be sent begins, in the first segment. */
  #offset = 0;
  /** What the disk did not take: the newest. */
  readonly #memory = new QueueMemory();
  /** Items of removed segments that are still being sent. */
  #orphans = 0;
  #nextSequence = 1;

  constructor(options: DiskQueueOptions) {
    this.#options = options;
    this.#segmentBytes = Math.max(1, Math.min(MAX_SEGMENT_BYTES, Math.floor(options.maxBytes / 8)));
    mkdirSync(options.directory, { recursive: true });
    this.#position = new QueuePosition(join(options.directory, 'position'));
    this.#open();
  }

  /** Items that wait, those that are being sent included. */
  get items(): number {
    let items = this.#orphans + this.#memory.items;
    for (const segment of this.#segments) items += segment.items;
    return items;
  }

  /** Bytes that wait. */
  get bytes(): number {
    let bytes = this.#memory.bytes - this.#offset;
    for (const segment of this.#segments) bytes += segment.size;
    return bytes;
  }

  /** Appends an entry; it is in the file when this returns, or in memory where the disk refuses it. */
  append(payload: Uint8Array, items: number): void {
    try {
      // what is being sent from memory stays there until it is
      if (this.#memory.isBusy) throw new Error('the disk took nothing before');
      for (let { first } = this.#memory; first !== undefined; { first } = this.#memory) {
        this.#write(first);
        this.#memory.shift();
      }
      this.#write({ payload, items });
    } catch (error) {
      this.#options.onLost(this.#memory.push({ payload, items }), 'disk_failed', error);
    }
  }

  /**
   * The next entries, in order, of at most so many bytes together but at least one; none where nothing waits. They are to
   * be settled by {@link ack} or {@link nack} before others are taken.
   */
  async take(maxBytes: number): Promise<readonly QueueEntry[]> {
    for (;;) {
      const segment = this.#segments[0];
      if (segment === undefined) return this.#memory.take(maxBytes);
      if (this.#offset < segment.size) {
        const entries = await this.#read(segment, maxBytes);
        if (entries.length > 0) return entries;
      } else if (segment !== this.#writer?.segment || !this.#memory.isEmpty) {
        this.#drop(segment);
      } else {
        return [];
      }
    }
  }

  /** These entries need not be sent again. */
  ack(entries: readonly QueueEntry[]): void {
    for (const { segment, items, end } of entries as readonly StoredEntry[]) {
      if (segment === undefined) {
        this.#memory.settle(true);
      } else if (segment.gone) {
        this.#orphans -= items;
      } else {
        segment.items -= items;
        segment.inFlight -= items;
        this.#offset = end as number;
      }
    }
    this.#note();
  }

  /** These entries were not sent: they come first again, but for those whose segment had to make room meanwhile. */
  nack(entries: readonly QueueEntry[]): void {
    let lost = 0;
    for (const { segment, items } of entries as readonly StoredEntry[]) {
      if (segment === undefined) this.#memory.settle(false);
      else if (segment.gone) lost += items;
      else segment.inFlight -= items;
    }
    this.#orphans -= lost;
    if (lost > 0) this.#options.onLost(lost, 'queue_full');
  }

  /** Has the oldest entries leave, so that others have room; what of them is being sent may still arrive. */
  makeRoom(): void {
    const segment = this.#segments[0];
    if (segment === undefined) return;
    const lost = segment.items - segment.inFlight;
    this.#orphans += segment.inFlight;
    segment.gone = true;
    if (lost > 0) this.#options.onLost(lost, 'queue_full');
    this.#drop(segment);
  }

  /** Closes the files; a directory in which nothing waits is removed. */
  async close(): Promise<void> {
    const isEmpty = this.items === 0;
    if (this.#writer !== undefined) closeSync(this.#writer.descriptor);
    this.#writer = undefined;
    this.#position.close();
    if (isEmpty) rmSync(this.#options.directory, { recursive: true, force: true });
    await this.#closeReader();
  }

  #open(): void {
    const position = this.#position.read();
    for (const name of readdirSync(this.#options.directory).sort()) {
      if (!NAME.test(name)) continue;
      const sequence = Number(name.slice(0, 12));
      const path = join(this.#options.directory, name);
      this.#nextSequence = sequence + 1;
      const isSent = position !== undefined && sequence < position.sequence;
      const offset = position?.sequence === sequence ? position.offset : 0;
      if (isSent || statSync(path).size <= offset) {
        rmSync(path, { force: true });
        continue;
      }
      const bytes = readFileSync(path);
      const { items, end } = measure(bytes, offset);
      if (end < bytes.length)
        this.#options.onDamage(`${path} ends with ${bytes.length - end} bytes that are no whole entry`);
      if (this.#segments.length === 0) this.#offset = offset;
      this.#segments.push({ sequence, path, size: end, items, inFlight: 0, gone: false });
    }
  }

  #write({ payload, items }: QueueEntry): void {
    const size = HEADER_BYTES + payload.byteLength;
    if (size > this.#options.maxBytes) {
      this.#options.onLost(items, 'queue_full');
      return;
    }
    while (this.bytes + size > this.#options.maxBytes && this.#segments.length > 0) this.makeRoom();
    const { segment, descriptor } = this.#writable(size);
    const whole = frame(payload, items);
    for (let done = 0; done < size; ) {
      // a write in part, as of a full disk, is written over by the next one
      done += writeSync(descriptor, whole, done, size - done, segment.size + done);
    }
    segment.size += size;
    segment.items += items;
  }

  #writable(size: number): { readonly segment: Segment; readonly descriptor: number } {
    const writer = this.#writer;
    if (writer !== undefined) {
      const isRoomy = writer.segment.size === 0 || writer.segment.size + size <= this.#segmentBytes;
      // a directory that somebody removed is made anew
      if (isRoomy && existsSync(writer.segment.path)) return writer;
    }
    mkdirSync(this.#options.directory, { recursive: true });
    const sequence = this.#nextSequence;
    const path = join(this.#options.directory, `${String(sequence).padStart(12, '0')}.otlp`);
    const descriptor = openSync(path, 'w', 0o600);
    if (writer !== undefined) closeSync(writer.descriptor);
    this.#nextSequence += 1;
    const segment: Segment = { sequence, path, size: 0, items: 0, inFlight: 0, gone: false };
    this.#segments.push(segment);
    this.#writer = { segment, descriptor };
    return this.#writer;
  }

  /** The next entries of a segment; where the next one is damaged it is lost, and there are none. */
  async #read(segment: Segment, maxBytes: number): Promise<readonly StoredEntry[]> {
    const from = this.#offset;
    const left = segment.size - from;
    let bytes = await this.#readAt(segment, from, Math.min(left, Math.max(BLOCK_BYTES, maxBytes)));
    const first = endOf(bytes, 0) ?? left;
    if (first > bytes.length && bytes.length > 0) bytes = await this.#readAt(segment, from, Math.min(left, first));
    if (segment.gone) return [];
    const found = entriesOf(bytes, maxBytes);
    if (found.length === 0) this.#skip(segment, bytes);
    return found.map(({ payload, items, end }) => {
      segment.inFlight += items;
      return { payload, items, segment, end: from + end };
    });
  }

  /** Leaves out an entry that can't be read, or the rest of a segment where not even its length can. */
  #skip(segment: Segment, bytes: Buffer): void {
    const end = endOf(bytes, 0);
    this.#options.onDamage(`${segment.path} can't be read at byte ${this.#offset}`);
    const isOne = end !== undefined && end <= bytes.length;
    const lost = isOne ? Math.min(segment.items, bytes.readUInt32LE(8)) : segment.items;
    segment.items -= lost;
    this.#offset = isOne ? this.#offset + end : segment.size;
    this.#note();
    this.#options.onLost(lost, 'disk_failed');
  }

  /** What there is of a segment from an byte on; nothing where it was removed. */
  async #readAt(segment: Segment, position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    try {
      if (this.#reader?.segment !== segment) {
        await this.#closeReader();
        this.#reader = { segment, handle: await open(segment.path, 'r') };
      }
      const { bytesRead } = await this.#reader.handle.read(bytes, 0, length, position);
      return bytes.subarray(0, bytesRead);
    } catch (error) {
      // any other error may pass
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return bytes.subarray(0, 0);
    }
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.handle.close();
  }

  /** Notes how far the queue was sent. */
  #note(): void {
    const first = this.#segments[0];
    if (first === undefined) return;
    if (this.#offset >= first.size && first !== this.#writer?.segment) this.#drop(first);
    else this.#position.write(first.sequence, this.#offset);
  }

  /** Removes the first segment. */
  #drop(segment: Segment): void {
    this.#segments.shift();
    this.#offset = 0;
    if (this.#writer?.segment === segment) {
      closeSync(this.#writer.descriptor);
      this.#writer = undefined;
    }
    const next = this.#segments[0];
    if (next !== undefined) this.#position.write(next.sequence, 0);
    try {
      rmSync(segment.path, { force: true });
    } catch (error) {
      // the position says that it is done with
      this.#options.onDamage(`${segment.path} can't be removed: ${toError(error).message}`);
    }
  }
}
