import type { QueueEntry } from './segment.js';

/** An entry that the disk did not take. */
export interface MemoryEntry extends QueueEntry {
  /** Items that entered the queue before it. */
  readonly ordinal: number;
}

const MAX_BYTES = 16 * 1024 * 1024;

/** Entries that wait in memory, bounded: the oldest leave first. */
export class MemoryQueue {
  readonly #maxBytes: number;
  #entries: MemoryEntry[] = [];
  #bytes = 0;
  /** So many of the first ones are being sent. */
  #inFlight = 0;

  /** @param maxBytes - of the whole queue; 16 MiB of it at most wait here. */
  constructor(maxBytes: number) {
    this.#maxBytes = Math.min(MAX_BYTES, maxBytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether some are being sent, and have to stay. */
  get isBusy(): boolean {
    return this.#inFlight > 0;
  }

  get items(): number {
    let items = 0;
    for (const entry of this.#entries) items += entry.items;
    return items;
  }

  /** The oldest one. */
  get first(): MemoryEntry | undefined {
    return this.#entries[0];
  }

  /** Removes the oldest one. */
  shift(): void {
    this.#bytes -= this.#entries.shift()?.payload.byteLength ?? 0;
  }

  /** Adds an entry; returns the items that left for it. */
  push(entry: MemoryEntry): number {
    this.#entries.push(entry);
    this.#bytes += entry.payload.byteLength;
    let lost = 0;
    while (this.#bytes > this.#maxBytes && this.#entries.length > this.#inFlight + 1) lost += this.drop();
    return lost;
  }

  /** Has the oldest one that is not being sent leave; returns its items, 0 if there is none. */
  drop(): number {
    const [oldest] = this.#entries.splice(this.#inFlight, 1);
    this.#bytes -= oldest?.payload.byteLength ?? 0;
    return oldest?.items ?? 0;
  }

  /** The oldest ones, at most so many bytes but at least one, to be settled one by one. */
  take(maxBytes: number): readonly MemoryEntry[] {
    let bytes = 0;
    for (const { payload } of this.#entries) {
      bytes += payload.byteLength;
      if (this.#inFlight > 0 && bytes > maxBytes) break;
      this.#inFlight += 1;
    }
    return this.#entries.slice(0, this.#inFlight);
  }

  /** One that was taken was sent, or was not. */
  settle(isSent: boolean): void {
    this.#inFlight -= 1;
    if (isSent) this.shift();
  }
}
