import { isEvent, type TelemetryItem } from '../../model/item.js';
import { sizeOfItem } from '../../model/item-size.js';
import { itemLine } from '../item-line.js';
import { type Gone, GoneItems } from './gone-items.js';

/** Bounds of what is held. */
export interface RecentBounds {
  readonly maxItems: number;
  readonly maxBytes: number;
}

interface Entry {
  readonly item: TelemetryItem;
  bytes: number;
  line: string | undefined;
}

/** The items that came last, numbered from 1 on, in bounded memory: what all readers are served from. */
export class RecentItems {
  readonly #bounds: RecentBounds;
  readonly #gone = new GoneItems();
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  #first = 1;
  #bytes = 0;

  constructor(bounds: RecentBounds) {
    this.#bounds = bounds;
  }

  /** The number of the oldest item that is held. */
  get first(): number {
    return this.#first;
  }

  /** The number that the next item gets. */
  get end(): number {
    return this.#first + this.#entries.length - this.#head;
  }

  /** An estimate of the memory that they take. */
  get bytes(): number {
    return this.#bytes;
  }

  push(item: TelemetryItem): void {
    const bytes = sizeOfItem(item);
    this.#entries.push({ item, bytes, line: undefined });
    this.#bytes += bytes;
    this.#shrink();
  }

  item(sequence: number): TelemetryItem {
    return this.#at(sequence).item;
  }

  /** The item as a line of JSON, which is made once for all readers. */
  line(sequence: number): string {
    const entry = this.#at(sequence);
    if (entry.line === undefined) {
      entry.line = itemLine(entry.item);
      const bytes = entry.line.length;
      entry.bytes += bytes;
      this.#bytes += bytes;
    }
    return entry.line;
  }

  /** Lets go of all items, for good. */
  clear(): void {
    this.#first = this.end;
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** What is no longer held of the numbers from `from` on. */
  goneSince(from: number): Gone {
    return this.#gone.since(from);
  }

  /** Keeps to the bounds; lines that were made since count as well. */
  #shrink(): void {
    const { maxItems, maxBytes } = this.#bounds;
    while (this.#entries.length - this.#head > maxItems || (this.#bytes > maxBytes && this.end - this.#first > 1)) {
      const { item, bytes } = this.#entries[this.#head] as Entry;
      this.#entries[this.#head] = undefined;
      this.#head += 1;
      this.#bytes -= bytes;
      this.#gone.add(this.#first, isEvent(item), item.timestamp.getTime());
      this.#first += 1;
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #at(sequence: number): Entry {
    return this.#entries[sequence - this.#first + this.#head] as Entry;
  }
}
