import type { QueueEntry } from './segment.js';

/** What waits in memory where the disk takes nothing. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Entries that wait in memory, bounded: the oldest leave first. */
export class QueueMemory {
  #entries: QueueEntry[] = [];
  #bytes = 0;
  /** So many of the first ones are being sent. */
  #inFlight = 0;

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
  get first(): QueueEntry | undefined {
    return this.#entries[0];
  }

  /** Removes the oldest one. */
  shift(): void {
    this.#bytes -= this.#entries.shift()?.payload.byteLength ?? 0;
  }

  /** Adds an entry; returns the items that left for it. */
  push(entry: QueueEntry): number {
    this.#entries.push(entry);
    this.#bytes += entry.payload.byteLength;
    let lost = 0;
    while (this.#bytes > MAX_BYTES && this.#entries.length > this.#inFlight + 1) {
      const [oldest] = this.#entries.splice(this.#inFlight, 1) as [QueueEntry];
      this.#bytes -= oldest.payload.byteLength;
      lost += oldest.items;
    }
    return lost;
  }

  /** The oldest ones, at most so many bytes but at least one, to be settled one by one. */
  take(maxBytes: number): readonly QueueEntry[] {
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
