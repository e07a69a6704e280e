import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toError } from '../../model/errors.js';
import { Leftovers } from './leftovers.js';
import { type MemoryEntry, MemoryQueue } from './memory-queue.js';
import { OffsetFile } from './offset-file.js';
import type { DiskQueueOptions, QueueRest } from './queue-options.js';
import { entriesOf, HEADER_BYTES, headerAt, type Offset, type QueueEntry, type Segment } from './segment.js';
import { foundSegment, isForGood, sequenceOf } from './segment-file.js';
import { SegmentReader } from './segment-reader.js';
import { assessDamage } from './segment-scan.js';
import { SegmentWriter } from './segment-writer.js';

/** An entry of a segment, with where the next one begins; or one in memory, which has none of this. */
interface StoredEntry extends QueueEntry {
  readonly segment?: Segment;
  readonly next?: Offset;
}

const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
const MAX_MEMORY_BYTES = 16 * 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;
/** A segment that can't be read so often, one time after the other, is left behind, so that the next ones are sent. */
const MAX_FAILURES = 6;
const START: Offset = { offset: 0, itemsBefore: 0 };

/**
 * Requests in the order in which they came, in the segments of one directory: appended to at once, read back in pieces,
 * removed when they are sent. What the disk does not take waits in memory. One thread uses a directory at a time. Nothing
 * here throws, but for {@link take}, after which the same may be tried again. The layout is described in `segment.ts`.
 */
export class DiskQueue {
  readonly #options: DiskQueueOptions;
  readonly #offsetFile: OffsetFile;
  readonly #memory: MemoryQueue;
  #segments: Segment[] = [];
  readonly #writer: SegmentWriter;
  readonly #reader = new SegmentReader();
  /** Where the next entry to be sent begins, in the first segment. */
  #at = START;
  /** Items of removed segments that are still being sent. */
  #orphans = 0;
  /** Items that ever entered. */
  #total = 0;
  readonly #leftovers: Leftovers;
  /** A segment could not be opened: later, or in the next process, it may be. */
  #isUnopened = false;
  /** One could be opened and not read, again and again. */
  #isUnreadable = false;

  /** @throws the error of the file system if the directory is there and can't be listed. */
  constructor(options: DiskQueueOptions) {
    this.#options = options;
    const segmentBytes = Math.max(1, Math.min(MAX_SEGMENT_BYTES, Math.floor(options.maxBytes / 8)));
    this.#writer = new SegmentWriter(options.directory, segmentBytes);
    this.#memory = new MemoryQueue(Math.min(MAX_MEMORY_BYTES, options.maxBytes));
    this.#leftovers = new Leftovers(options.onDamage);
    this.#offsetFile = new OffsetFile(join(options.directory, 'offset'));
    if (!options.isNew) this.#open(readdirSync(options.directory).sort());
  }

  /** Items that wait, those that are being sent included. */
  get items(): number {
    let items = this.#orphans + this.#memory.items;
    for (const segment of this.#segments) items += segment.items;
    return items;
  }

  /** Bytes that wait. */
  get bytes(): number {
    let bytes = this.#memory.bytes - this.#at.offset;
    for (const segment of this.#segments) bytes += segment.size;
    return bytes;
  }

  /** Appends an entry: it is in the file when this returns, or in memory if the disk does not take it. */
  append(payload: Uint8Array, items: number): void {
    const entry = { payload, items, ordinal: this.#total };
    this.#total += items;
    if (HEADER_BYTES + payload.byteLength > this.#options.maxBytes) {
      this.#options.onLost(items, 'queue_full');
      return;
    }
    let failed = this.persist();
    if (failed === undefined && this.#memory.isEmpty) {
      failed = this.#tryWrite(entry);
      if (failed === undefined) return;
    }
    const lost = this.#memory.push(entry);
    const error = failed ?? (lost > 0 ? new Error('the memory for what the disk does not take is full') : undefined);
    if (error !== undefined) this.#options.onLost(lost, 'disk_failed', error);
  }

  /**
   * Writes what waits in memory to the disk, if it takes it now; returns the error if it does not.
   *
   * @param atEnd - whether this is the last chance: what is being sent is written as well, and may come twice.
   */
  persist(atEnd = false): Error | undefined {
    // what is being sent from memory stays there until it is, and what follows it stays behind it
    if (this.#memory.isBusy && !atEnd) return undefined;
    for (let { first } = this.#memory; first !== undefined; { first } = this.#memory) {
      const failed = this.#tryWrite(first);
      if (failed !== undefined) return failed;
      this.#memory.shift();
    }
    return undefined;
  }

  /**
   * The next entries, in order, of at most so many bytes together but at least one; none if nothing waits. They are to be
   * settled by {@link ack} or {@link nack} before others are taken.
   *
   * @throws what kept the next entries from being read, if that may pass.
   */
  async take(maxBytes: number): Promise<readonly QueueEntry[]> {
    for (;;) {
      const segment = this.#segments[0];
      if (segment === undefined) return this.#memory.take(maxBytes);
      if (this.#at.offset < segment.size) {
        const entries = await this.#read(segment, maxBytes);
        if (entries.length > 0) return entries;
      } else if (segment !== this.#writer.segment || !this.#memory.isEmpty) {
        this.#drop(segment);
      } else {
        return [];
      }
    }
  }

  /** These entries need not be sent again. */
  ack(entries: readonly QueueEntry[]): void {
    for (const { segment, items, next } of entries as readonly StoredEntry[]) {
      if (segment === undefined) {
        this.#memory.settle(true);
      } else if (segment.gone) {
        this.#orphans -= items;
      } else {
        segment.items -= items;
        segment.inFlight -= items;
        this.#at = next ?? this.#at;
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

  /** Returns what says whether all that waits now has left. */
  mark(): () => boolean {
    const total = this.#total;
    return () => {
      if (this.#orphans > 0) return false;
      const segment = this.#segments.find(({ items }) => items > 0);
      if (segment === undefined) return (this.#memory.first?.ordinal ?? this.#total) >= total;
      const before = segment === this.#segments[0] ? this.#at.itemsBefore : 0;
      return segment.base + before >= total;
    };
  }

  /** Has the oldest entries leave, so that others have room; what of them is being sent may still arrive. */
  makeRoom(): void {
    const segment = this.#segments[0];
    if (segment === undefined) {
      const lost = this.#memory.drop();
      if (lost > 0) this.#options.onLost(lost, 'queue_full');
      return;
    }
    const lost = segment.items - segment.inFlight;
    this.#orphans += segment.inFlight;
    segment.gone = true;
    if (lost > 0) this.#options.onLost(lost, 'queue_full');
    this.#drop(segment);
  }

  /** Tries again what failed before: writing what waits in memory, and removing files. */
  retry(): void {
    this.persist();
    this.#leftovers.retry();
  }

  /** Closes the files, and removes the directory if nothing is left in it; what can't be written is counted as lost. */
  async close(): Promise<QueueRest> {
    const failed = this.persist(true);
    const lost = this.#memory.items;
    while (!this.#memory.isEmpty) this.#memory.shift();
    if (lost > 0) this.#options.onLost(lost, 'disk_failed', failed);
    this.#writer.close();
    this.#offsetFile.close();
    await this.#reader.close();
    if (this.#segments.some(({ items }) => items > 0)) return 'items';
    for (const { path } of this.#segments) this.#leftovers.remove(path);
    this.#leftovers.retry();
    if (this.#isUnreadable) return 'foreign';
    if (this.#isUnopened || !this.#leftovers.isEmpty) return 'items';
    this.#leftovers.remove(join(this.#options.directory, 'offset'));
    try {
      rmdirSync(this.#options.directory);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing' : 'foreign';
    }
    return 'nothing';
  }

  #open(names: readonly string[]): void {
    const noted = this.#offsetFile.read();
    for (const name of names) {
      const sequence = sequenceOf(name);
      if (sequence === undefined) continue;
      const path = join(this.#options.directory, name);
      const from = noted?.sequence === sequence ? noted : START;
      try {
        const segment = foundSegment(path, sequence, from, this.#total);
        if (segment === undefined || (noted !== undefined && sequence < noted.sequence)) {
          this.#leftovers.remove(path);
          continue;
        }
        if (this.#segments.length === 0) this.#at = from;
        this.#segments.push(segment);
        this.#total += segment.items;
      } catch (error) {
        if (!isForGood(error)) this.#isUnopened = true;
        this.#options.onDamage(`${path} can't be read, and is left as it is: ${toError(error).message}`);
      }
    }
    if (this.#total > 0) this.#options.onFound(this.#total);
  }

  /** Returns the error if the disk does not take the entry. */
  #tryWrite(entry: MemoryEntry): Error | undefined {
    try {
      const segment = this.#writer.write(entry);
      if (this.#segments.at(-1) !== segment) {
        this.#segments.push(segment);
        // the directory may be a new one
        this.#offsetFile.close();
      }
      return undefined;
    } catch (error) {
      return toError(error);
    }
  }

  /** The next entries of a segment; none if it had to be left behind, or what comes next is lost. */
  async #read(segment: Segment, maxBytes: number): Promise<readonly StoredEntry[]> {
    const { offset, itemsBefore } = this.#at;
    const left = segment.size - offset;
    try {
      let bytes = await this.#reader.read(segment, offset, Math.min(left, Math.max(BLOCK_BYTES, maxBytes)));
      const first = headerAt(bytes, 0);
      const whole = first === undefined ? 0 : HEADER_BYTES + first.length;
      if (whole > bytes.length && whole <= left) bytes = await this.#reader.read(segment, offset, whole);
      if (segment.gone) return [];
      segment.failures = 0;
      const found: StoredEntry[] = entriesOf(bytes, maxBytes, itemsBefore).map(
        ({ payload, items, end, itemsAfter }) => {
          return { payload, items, segment, next: { offset: offset + end, itemsBefore: itemsAfter } };
        },
      );
      const entries = found.length > 0 ? found : this.#repair(segment);
      for (const { items } of entries) segment.inFlight += items;
      return entries;
    } catch (error) {
      if (segment.gone) return [];
      segment.failures += 1;
      if (!isForGood(error) && segment.failures < MAX_FAILURES) throw error;
      this.#leaveBehind(segment, error);
      return [];
    }
  }

  /** Saves the entry at the offset if only its header is damaged, else leaves it out. */
  #repair(segment: Segment): readonly StoredEntry[] {
    const { offset } = this.#at;
    const { saved, lost, next } = assessDamage(
      this.#reader.descriptorOf(segment),
      segment.size,
      this.#at,
      segment.items,
    );
    const where =
      next.offset >= segment.size
        ? `ends with ${segment.size - offset} bytes that are`
        : `has, at byte ${offset}, what is`;
    const so = saved === undefined ? `${lost} items are lost` : 'its request could be saved';
    this.#options.onDamage(`${segment.path} ${where} no whole entry: ${so}`);
    if (saved !== undefined) {
      let { items } = saved;
      if (items === 0) {
        // no other header says how many they are
        items = this.#options.count(saved.payload);
        segment.items += items;
        this.#total += items;
        this.#options.onFound(items);
      }
      return [{ payload: saved.payload, items, segment, next }];
    }
    segment.items -= lost;
    this.#at = next;
    this.#note();
    if (lost > 0) this.#options.onLost(lost, 'disk_failed');
    return [];
  }

  /** Goes on with the next segment; the file stays for the next start, if it is one. */
  #leaveBehind(segment: Segment, error: unknown): void {
    this.#options.onDamage(`${segment.path} can't be read, ${segment.items} items are lost: ${toError(error).message}`);
    if (!isForGood(error)) this.#isUnreadable = true;
    const lost = segment.items;
    segment.gone = true;
    this.#forget(segment);
    if (lost > 0) this.#options.onLost(lost, 'disk_failed');
  }

  /** Notes how far the queue was sent. */
  #note(): void {
    const first = this.#segments[0];
    if (first === undefined) return;
    if (this.#at.offset >= first.size && first !== this.#writer.segment) this.#drop(first);
    else this.#noteOffset(first.sequence, this.#at);
  }

  #noteOffset(sequence: number, at: Offset): void {
    // it must not pass what is still to be read
    if (!this.#isUnopened && !this.#isUnreadable) this.#offsetFile.write({ sequence, ...at });
  }

  /** Removes the first segment. */
  #drop(segment: Segment): void {
    this.#forget(segment);
    this.#noteOffset(segment.sequence + 1, START);
    this.#leftovers.remove(segment.path);
  }

  #forget(segment: Segment): void {
    this.#segments.shift();
    this.#at = START;
    if (this.#writer.segment === segment) this.#writer.close();
  }
}
