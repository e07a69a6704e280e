import type { TelemetryData } from '../../model/data.js';
import type { TelemetryEvent } from '../../model/event.js';
import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import { checkOptions, POSITIVE_INTEGER, type Rule } from '../../model/options.js';
import { type ResolvedQuery, type TelemetryQuery, wrongCursor } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { type Page, retrievePages, scanPages } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { Ring } from './ring.js';

const WHO = 'MemoryStorage';

/** Items of each kind that a memory storage keeps, unless told otherwise. */
export const DEFAULT_MAX_ITEMS = 10_000;

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
}

interface Numbered<T> {
  readonly number: number;
  readonly item: T;
}

/** Keeps items in memory: for tests, for a live view, and for what need not outlive the process. */
export class MemoryStorage implements TelemetryStorage {
  readonly #events: Ring<Numbered<TelemetryEvent>>;
  readonly #metrics: Ring<Numbered<TelemetryMetric>>;
  #next = 0;
  #evicted = 0;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` where a bound is no positive integer. */
  constructor(options: MemoryStorageOptions = {}) {
    checkOptions(WHO, options, { maxEvents: BOUND, maxMetrics: BOUND });
    this.#events = new Ring(capacityOf(options.maxEvents));
    this.#metrics = new Ring(capacityOf(options.maxMetrics));
  }

  /** Items that left because of the bounds, so far. */
  get evicted(): number {
    return this.#evicted;
  }

  storeSync(data: TelemetryData): void {
    for (const item of data.events) if (this.#events.push({ number: this.#next++, item })) this.#evicted += 1;
    for (const item of data.metrics) if (this.#metrics.push({ number: this.#next++, item })) this.#evicted += 1;
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
  }

  async close(): Promise<void> {
    // nothing is held open
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
    yield { items: found.map(({ item }) => item), cursorAt: (index) => String(found[index]?.number) };
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
