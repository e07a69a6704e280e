import type { TelemetryData } from '../../model/data.js';
import type { TelemetryEvent } from '../../model/event.js';
import type { TelemetryItem } from '../../model/item.js';
import { sizeOfItem } from '../../model/item-size.js';
import type { TelemetryMetric } from '../../model/metric.js';
import { checkOptions, POSITIVE_INTEGER, type Rule } from '../../model/options.js';
import { type ResolvedQuery, type TelemetryQuery, wrongCursor } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { fixedCursor, type Page, retrievePages, scanPages } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { Ring } from './ring.js';

const WHO = 'MemoryStorage';

/** Items of each kind that a memory storage keeps by default. */
export const DEFAULT_MAX_ITEMS = 10_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

const BOUND: Rule = {
  ...POSITIVE_INTEGER,
  isRight: (value) => value === Number.POSITIVE_INFINITY || POSITIVE_INTEGER.isRight(value),
};

/** Bounds of a {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** Events that are kept; the oldest leave. Default 10,000; Infinity for no bound. */
  readonly maxEvents?: number | undefined;
  /** Metrics that are kept; the oldest leave. Default 10,000; Infinity for no bound. */
  readonly maxMetrics?: number | undefined;
  /**
   * Bytes of memory that items of both kinds may take together, by an estimate of their size; the oldest leave. Default
   * 64 MiB; Infinity for no bound.
   */
  readonly maxBytes?: number | undefined;
}

interface Numbered<T> {
  readonly number: number;
  readonly item: T;
  readonly bytes: number;
}

/** Keeps items in memory: for tests, for a live view, and for what need not outlive the process. */
export class MemoryStorage implements TelemetryStorage {
  readonly #events: Ring<Numbered<TelemetryEvent>>;
  readonly #metrics: Ring<Numbered<TelemetryMetric>>;
  readonly #maxBytes: number;
  #bytes = 0;
  #next = 0;
  #evicted = 0;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a bound is no positive integer. */
  constructor(options: MemoryStorageOptions = {}) {
    checkOptions(WHO, options, { maxEvents: BOUND, maxMetrics: BOUND, maxBytes: BOUND });
    this.#events = new Ring(capacityOf(options.maxEvents));
    this.#metrics = new Ring(capacityOf(options.maxMetrics));
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /** Items that left because of the bounds, so far. */
  get evicted(): number {
    return this.#evicted;
  }

  storeSync(data: TelemetryData): void {
    for (const item of data.events) this.#keep(this.#events, item);
    for (const item of data.metrics) this.#keep(this.#metrics, item);
  }

  async store(data: TelemetryData): Promise<void> {
    this.storeSync(data);
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#pages(resolved));
  }

  async clear(): Promise<void> {
    this.#events.clear();
    this.#metrics.clear();
    this.#bytes = 0;
  }

  async close(): Promise<void> {
    // nothing is held open
  }

  /** Keeps an item; what has no room beside it leaves, and so does an item that is larger than all that may be kept. */
  #keep<T extends TelemetryItem>(ring: Ring<Numbered<T>>, item: T): void {
    const bytes = sizeOfItem(item);
    this.#bytes += bytes;
    this.#leave(ring.push({ number: this.#next++, item, bytes }));
    while (this.#bytes > this.#maxBytes) this.#leave(this.#ofOldest().shift());
  }

  #leave(gone: Numbered<TelemetryItem> | undefined): void {
    if (gone === undefined) return;
    this.#bytes -= gone.bytes;
    this.#evicted += 1;
  }

  /** The kind whose oldest item is the older one. */
  #ofOldest(): Ring<Numbered<TelemetryEvent>> | Ring<Numbered<TelemetryMetric>> {
    const event = this.#events.oldest?.number ?? Number.POSITIVE_INFINITY;
    const metric = this.#metrics.oldest?.number ?? Number.POSITIVE_INFINITY;
    return event < metric ? this.#events : this.#metrics;
  }

  async *#pages(query: ResolvedQuery): AsyncGenerator<Page, void, undefined> {
    const after = query.after === undefined ? undefined : Number(query.after);
    if (after !== undefined && !Number.isSafeInteger(after)) throw wrongCursor(WHO, query.after as string);
    const matches = matcherOf(query);
    const found = this.#inOrder().filter(({ number, item }) => {
      if (after !== undefined && (query.descending ? number >= after : number <= after)) return false;
      return matches(item);
    });
    if (query.descending) found.reverse();
    yield { items: found.map(({ item }) => item), cursorAt: (index) => fixedCursor(String(found[index]?.number)) };
  }

  /** Both kinds in the order of their arrival. */
  #inOrder(): Numbered<TelemetryItem>[] {
    const events = this.#events.toArray();
    const metrics = this.#metrics.toArray();
    const items: Numbered<TelemetryItem>[] = [];
    let e = 0;
    let m = 0;
    while (e < events.length || m < metrics.length) {
      const event = events[e];
      const metric = metrics[m];
      if (metric === undefined || (event !== undefined && event.number < metric.number)) {
        items.push(event as Numbered<TelemetryEvent>);
        e += 1;
      } else {
        items.push(metric);
        m += 1;
      }
    }
    return items;
  }
}

function capacityOf(bound = DEFAULT_MAX_ITEMS): number {
  return Math.min(bound, Number.MAX_SAFE_INTEGER);
}
