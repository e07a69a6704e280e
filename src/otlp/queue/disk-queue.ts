import { MemoryQueue } from './memory-queue.js';
import type { DiskQueueOptions, QueueRest } from './queue-options.js';
import { HEADER_BYTES, type QueueEntry, type Room } from './segment.js';
import { SegmentQueue } from './segment-queue.js';
import type { StoredEntry } from './segment-reader.js';

/**
 * Requests in the order in which they came: in the segments of a directory, and behind them in memory what the disk does
 * not take. Nothing here throws, but for {@link DiskQueue.take}, which may be tried again.
 */
export class DiskQueue {
  readonly #options: DiskQueueOptions;
  readonly #stored: SegmentQueue;
  readonly #memory: MemoryQueue;
  #appended = 0;

  /** @throws the error of the file system if the directory is there and can't be listed. */
  constructor(options: DiskQueueOptions) {
    this.#options = options;
    this.#memory = new MemoryQueue(options.maxBytes);
    this.#stored = new SegmentQueue(options);
  }

  /** Items that wait, those that are being sent included. */
  get items(): number {
    return this.#stored.items + this.#memory.items;
  }

  /** Items that the disk did not take: they wait in memory alone. */
  get unwritten(): number {
    return this.#memory.items;
  }

  get bytes(): number {
    return this.#stored.bytes + this.#memory.bytes;
  }

  /** Items that ever entered. */
  get #total(): number {
    return this.#stored.found + this.#appended;
  }

  /** Appends an entry: it is in the file when this returns, or in memory if the disk does not take it. */
  append(payload: Uint8Array, items: number): void {
    const entry = { payload, items, ordinal: this.#total };
    this.#appended += items;
    if (HEADER_BYTES + payload.byteLength > this.#options.maxBytes) {
      this.#options.onLost(items, 'queue_full');
      return;
    }
    let failed = this.persist();
    const isNext = failed === undefined && this.#memory.isEmpty;
    if (isNext) failed = this.#stored.write(entry);
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
      const failed = this.#stored.write(first);
      if (failed !== undefined) return failed;
      this.#memory.shift();
    }
    return undefined;
  }

  /**
   * The next entries, in order, as many as have room but at least one; none if nothing waits. They are to be
   * settled by {@link ack} or {@link nack} before others are taken.
   *
   * @throws what kept the next entries from being read, if that may pass.
   */
  take(room: Room): Promise<readonly QueueEntry[]> {
    return this.#stored.take(room, this.#memory);
  }

  /** These entries need not be sent again. */
  ack(entries: readonly QueueEntry[]): void {
    for (const entry of entries as readonly StoredEntry[]) {
      if (entry.segment === undefined) this.#memory.settle(true);
      else this.#stored.ack(entry, entry.segment);
    }
    this.#stored.note();
  }

  /** These entries were not sent: they come first again, but for those whose segment had to make room meanwhile. */
  nack(entries: readonly QueueEntry[]): void {
    let lost = 0;
    for (const entry of entries as readonly StoredEntry[]) {
      if (entry.segment === undefined) this.#memory.settle(false);
      else lost += this.#stored.nack(entry, entry.segment);
    }
    if (lost > 0) this.#options.onLost(lost, 'queue_full');
  }

  /** Returns what says whether all that waits now has left. */
  mark(): () => boolean {
    const total = this.#total;
    return () => (this.#stored.position ?? this.#memory.first?.ordinal ?? this.#total) >= total;
  }

  /** Has the oldest entries leave, so that others have room; what of them is being sent may still arrive. */
  makeRoom(): void {
    const lost = this.#stored.makeRoom() ?? this.#memory.drop();
    if (lost > 0) this.#options.onLost(lost, 'queue_full');
  }

  /** Tries again what failed before: writing what waits in memory, and removing files. */
  retry(): void {
    this.persist();
    this.#stored.retry();
  }

  /** Closes the files, and removes the directory if nothing is left in it; what can't be written is counted as lost. */
  close(): Promise<QueueRest> {
    const failed = this.persist(true);
    const lost = this.#memory.items;
    while (!this.#memory.isEmpty) this.#memory.shift();
    if (lost > 0) this.#options.onLost(lost, 'disk_failed', failed);
    return this.#stored.close();
  }
}
