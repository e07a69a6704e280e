import { join } from 'node:path';
import { toError } from '../../model/errors.js';
import { Leftovers, removeIfEmpty } from './leftovers.js';
import type { MemoryEntry, MemoryQueue } from './memory-queue.js';
import { MissingItems } from './missing-items.js';
import { OffsetFile } from './offset-file.js';
import type { DiskQueueOptions, QueueRest } from './queue-options.js';
import { type QueueEntry, type Room, type Segment, START } from './segment.js';
import { findSegments, isForGood } from './segment-file.js';
import { SegmentReader, type StoredEntry } from './segment-reader.js';
import { assessDamage } from './segment-scan.js';
import { SegmentWriter } from './segment-writer.js';

/** A segment that can't be read so often, one time after the other, is left behind, so that the next ones are sent. */
const MAX_FAILURES = 6;

/** The segments of one directory (`segment.ts` describes them): written at the end, read at the offset, repaired between. */
export class SegmentQueue {
  readonly #options: DiskQueueOptions;
  readonly #offsetFile: OffsetFile;
  readonly #writer: SegmentWriter;
  readonly #reader = new SegmentReader();
  readonly #missing: MissingItems;
  readonly #leftovers: Leftovers;
  #segments: Segment[] = [];
  /** Where the next entry to be sent begins, in the first segment. */
  #at = START;
  /** Items of removed segments that are still being sent. */
  #orphans = 0;
  #found = 0;
  /** A segment could not be opened: later, or in the next process, it may be. */
  #isUnopened = false;
  /** One could be opened and not read, again and again. */
  #isUnreadable = false;

  /** @throws the error of the file system if the directory is there and can't be listed. */
  constructor(options: DiskQueueOptions) {
    this.#options = options;
    this.#writer = new SegmentWriter(options.directory, options.maxBytes);
    this.#missing = new MissingItems(options);
    this.#leftovers = new Leftovers(options.onDamage);
    this.#offsetFile = new OffsetFile(join(options.directory, 'offset'));
    if (!options.isNew) this.#open();
  }

  /** Items that wait, those that are being sent included. */
  get items(): number {
    let items = this.#orphans + this.#missing.items;
    for (const segment of this.#segments) items += segment.items;
    return items;
  }

  get bytes(): number {
    let bytes = -this.#at.offset;
    for (const segment of this.#segments) bytes += segment.size;
    return bytes;
  }

  /** Items that were there before the first one was written. */
  get found(): number {
    return this.#found;
  }

  /** Items that came before the first one that waits here; `undefined` if none does. */
  get position(): number | undefined {
    if (this.#orphans > 0) return 0;
    const segment = this.#segments.find(({ items }) => items > 0);
    if (segment === undefined) return undefined;
    return segment.base + (segment === this.#segments[0] ? this.#at.itemsBefore : 0);
  }

  /** Writes an entry; returns the error if the disk does not take it. */
  write(entry: MemoryEntry): Error | undefined {
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

  /**
   * The next entries, as many as have room but at least one: those of `behind` once no segment is left.
   *
   * @throws what kept the next entries from being read, if that may pass.
   */
  async take(room: Room, behind: Pick<MemoryQueue, 'isEmpty' | 'take'>): Promise<readonly QueueEntry[]> {
    for (;;) {
      const segment = this.#segments[0];
      if (segment === undefined) {
        this.#missing.giveUp();
        return behind.take(room.maxBytes);
      }
      if (this.#at.offset < segment.size) {
        const entries = await this.#read(segment, room);
        if (entries.length > 0) return entries;
      } else if (segment !== this.#writer.segment || !behind.isEmpty) {
        this.#drop(segment);
      } else {
        return [];
      }
    }
  }

  /** An entry need not be sent again; {@link note} follows. */
  ack({ items, next }: StoredEntry, segment: Segment): void {
    if (segment.gone) {
      this.#orphans -= items;
    } else {
      segment.items -= items;
      segment.inFlight -= items;
      this.#at = next ?? this.#at;
    }
  }

  /** An entry was not sent; returns the items that are lost as its segment had to make room meanwhile. */
  nack({ items }: StoredEntry, segment: Segment): number {
    if (segment.gone) this.#orphans -= items;
    else segment.inFlight -= items;
    return segment.gone ? items : 0;
  }

  /** Removes the oldest segment; returns the items that are lost, `undefined` if there is none. */
  makeRoom(): number | undefined {
    const segment = this.#segments[0];
    if (segment === undefined) return undefined;
    this.#orphans += segment.inFlight;
    segment.gone = true;
    this.#drop(segment);
    return segment.items - segment.inFlight;
  }

  /** Tries again to remove files that could not be removed. */
  retry(): void {
    this.#leftovers.retry();
  }

  /** Closes the files, and removes the directory if nothing is left in it. */
  async close(): Promise<QueueRest> {
    if (this.#writer.segment?.size === 0) this.#leftovers.remove(this.#writer.segment.path);
    this.note();
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

  /** Writes down how far the entries were sent, and removes the segment that has none left. */
  note(): void {
    const first = this.#segments[0];
    if (first === undefined) return;
    if (this.#at.offset >= first.size && first !== this.#writer.segment) this.#drop(first);
    else this.#offsetFile.note(first.sequence, this.#at, this.#segments);
  }

  #open(): void {
    const noted = this.#offsetFile.read();
    const found = findSegments(this.#options.directory, noted, this.#options.onDamage);
    for (const path of found.sent) this.#leftovers.remove(path);
    this.#segments = found.segments;
    this.#at = found.at;
    this.#isUnopened = found.isUnopened;
    if (found.isUnopened) this.#offsetFile.hold(noted?.sequence ?? 0, noted ?? START);
    if (!found.isUnopened) this.#missing.items = Math.max(0, (noted?.itemsLeft ?? 0) - found.items);
    this.#found = found.items + this.#missing.items;
    if (this.#found > 0) this.#options.onFound(this.#found);
  }

  /** The next entries of a segment; none if it had to be left behind, or what comes next is lost. */
  async #read(segment: Segment, room: Room): Promise<readonly StoredEntry[]> {
    try {
      const found = await this.#reader.entries(segment, this.#at, room);
      const count = found.length > 0 ? undefined : await this.#options.counter();
      if (segment.gone) return [];
      segment.failures = 0;
      const entries = count === undefined ? found : this.#repair(segment, count);
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
  #repair(segment: Segment, count: (payload: Uint8Array) => number): readonly StoredEntry[] {
    const descriptor = this.#reader.descriptorOf(segment);
    const { onDamage, onLost } = this.#options;
    const { saved, lost, next, what } = assessDamage(descriptor, segment.size, this.#at, segment.items, count);
    if (saved !== undefined) {
      onDamage(`${segment.path} ${what}`);
      const more = Math.max(0, saved.items - segment.items);
      segment.items += more;
      this.#found += this.#missing.turnUp(more);
      return [{ ...saved, segment, next }];
    }
    segment.items -= lost;
    this.#at = next;
    this.note();
    if (lost > 0) onLost(lost, 'disk_failed');
    onDamage(`${segment.path} ${what}`, lost > 0);
    return [];
  }

  /** Goes on with the next segment; the file stays for the next start, if it is one. */
  #leaveBehind(segment: Segment, error: unknown): void {
    if (!isForGood(error)) {
      this.#offsetFile.hold(segment.sequence, this.#at);
      this.#isUnreadable = true;
    }
    this.#forget(segment);
    const { path, items } = segment;
    if (items > 0) this.#options.onLost(items, 'disk_failed');
    segment.gone = true;
    const what = `can't be read, ${items} items are lost: ${toError(error).message}`;
    this.#options.onDamage(`${path} ${what}`, items > 0);
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
