import { join } from 'node:path';
import { toError } from '../../model/errors.js';
import { Leftovers, removeIfEmpty } from './leftovers.js';
import { type MemoryEntry, MemoryQueue } from './memory-queue.js';
import { MissingItems } from './missing-items.js';
import { OffsetFile } from './offset-file.js';
import type { DiskQueueOptions, QueueRest } from './queue-options.js';
import { HEADER_BYTES, type QueueEntry, type Segment, START } from './segment.js';
import { findSegments, isForGood } from './segment-file.js';
import { SegmentReader, type StoredEntry } from './segment-reader.js';
import { assessDamage } from './segment-scan.js';
import { SegmentWriter } from './segment-writer.js';

/** A segment that can't be read so often, one time after the other, is left behind, so that the next ones are sent. */
const MAX_FAILURES = 6;

/**
 * Requests in the order in which they came, in the segments of one directory (`segment.ts` describes them). What the disk
 * does not take waits in memory. Nothing here throws, but for {@link DiskQueue.take}, which may be tried again.
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
  readonly #missing: MissingItems;
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
    this.#writer = new SegmentWriter(options.directory, options.maxBytes);
    this.#memory = new MemoryQueue(options.maxBytes);
    this.#missing = new MissingItems(options);
    this.#leftovers = new Leftovers(options.onDamage);
    this.#offsetFile = new OffsetFile(join(options.directory, 'offset'));
    if (!options.isNew) this.#open();
  }

  /** Items that wait, those that are being sent included. */
  get items(): number {
    let items = this.#orphans + this.#missing.items + this.#memory.items;
    for (const segment of this.#segments) items += segment.items;
    return items;
  }

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
    const isNext = failed === undefined && this.#memory.isEmpty;
    if (isNext) failed = this.#tryWrite(entry);
    if (isNext && failed === undefined) return;
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
      if (segment === undefined) {
        this.#missing.giveUp();
        return this.#memory.take(maxBytes);
      }
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
    const lost = segment === undefined ? this.#memory.drop() : segment.items - segment.inFlight;
    if (segment !== undefined) {
      this.#orphans += segment.inFlight;
      segment.gone = true;
      this.#drop(segment);
    }
    if (lost > 0) this.#options.onLost(lost, 'queue_full');
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
    if (this.#writer.segment?.size === 0) this.#leftovers.remove(this.#writer.segment.path);
    this.#note();
    this.#writer.close();
    this.#offsetFile.close();
    await this.#reader.close();
    if (this.bytes > 0) return 'items';
    this.#missing.giveUp();
    for (const { path } of this.#segments) this.#leftovers.remove(path);
    this.#leftovers.retry();
    if (this.#isUnreadable) return 'foreign';
    if (this.#isUnopened || !this.#leftovers.isEmpty) return 'items';
    this.#leftovers.remove(join(this.#options.directory, 'offset'));
    return removeIfEmpty(this.#options.directory) ? 'nothing' : 'foreign';
  }

  #open(): void {
    const noted = this.#offsetFile.read();
    const found = findSegments(this.#options.directory, noted, this.#options.onDamage);
    for (const path of found.sent) this.#leftovers.remove(path);
    this.#segments = found.segments;
    this.#at = found.at;
    this.#total = found.items;
    this.#isUnopened = found.isUnopened;
    if (found.isUnopened) this.#offsetFile.hold(noted?.sequence ?? 0, noted ?? START);
    if (!found.isUnopened) this.#missing.items = Math.max(0, (noted?.itemsLeft ?? 0) - found.items);
    this.#total += this.#missing.items;
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
    try {
      const found = await this.#reader.entries(segment, this.#at, maxBytes);
      if (segment.gone) return [];
      segment.failures = 0;
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
    const descriptor = this.#reader.descriptorOf(segment);
    const { count, onDamage } = this.#options;
    const { saved, lost, next, what } = assessDamage(descriptor, segment.size, this.#at, segment.items, count);
    onDamage(`${segment.path} ${what}`);
    if (saved !== undefined) {
      const more = Math.max(0, saved.items - segment.items);
      segment.items += more;
      this.#total += this.#missing.turnUp(more);
      return [{ ...saved, segment, next }];
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
    if (!isForGood(error)) {
      this.#offsetFile.hold(segment.sequence, this.#at);
      this.#isUnreadable = true;
    }
    this.#forget(segment);
    if (segment.items > 0) this.#options.onLost(segment.items, 'disk_failed');
    segment.gone = true;
  }

  #note(): void {
    const first = this.#segments[0];
    if (first === undefined) return;
    if (this.#at.offset >= first.size && first !== this.#writer.segment) this.#drop(first);
    else this.#offsetFile.note(first.sequence, this.#at, this.#segments);
  }

  #drop(segment: Segment): void {
    this.#forget(segment);
    // what its headers counted and nobody found
    if (!segment.gone && segment.items > 0) this.#options.onLost(segment.items, 'disk_failed');
    this.#offsetFile.note(segment.sequence + 1, START, this.#segments);
    this.#leftovers.remove(segment.path);
  }

  #forget(segment: Segment): void {
    this.#segments.shift();
    this.#at = START;
    if (this.#writer.segment === segment) this.#writer.close();
  }
}
