import type { TelemetryData } from '../model/data.js';
import { show, TelemetryError } from '../model/errors.js';
import type { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import { matches, resolveQuery, type TelemetryQuery } from '../model/query.js';
import type { TelemetryStorage } from '../model/storage.js';
import { gather, type TelemetryItem } from './gather.js';
import { Ring } from './ring.js';

/** Items of each kind that a memory storage keeps, unless told otherwise. */
export const DEFAULT_MAX_ITEMS = 10_000;

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
    this.#events = new Ring(bound('maxEvents', options.maxEvents));
    this.#metrics = new Ring(bound('maxMetrics', options.maxMetrics));
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
    return gather(this.scan(query));
  }

  async *scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    const resolved = resolveQuery(query, 'MemoryStorage');
    const items = this.#inOrder();
    if (resolved.descending) items.reverse();
    let left = resolved.limit;
    for (const item of items) {
      if (left <= 0) return;
      if (!matches(resolved, item)) continue;
      left -= 1;
      yield item;
    }
  }

  async clear(): Promise<void> {
    this.#events.clear();
    this.#metrics.clear();
  }

  async close(): Promise<void> {
    // nothing is held open
  }

  /** Both kinds in the order of their arrival. */
  #inOrder(): TelemetryItem[] {
    const events = this.#events.toArray();
    const metrics = this.#metrics.toArray();
    const items: TelemetryItem[] = [];
    let e = 0;
    let m = 0;
    while (e < events.length || m < metrics.length) {
      const event = events[e];
      const metric = metrics[m];
      if (metric === undefined || (event !== undefined && event.number < metric.number)) {
        items.push((event as Numbered<TelemetryEvent>).item);
        e += 1;
      } else {
        items.push(metric.item);
        m += 1;
      }
    }
    return items;
  }
}

function bound(name: string, value: number | undefined): number {
  if (value === undefined) return DEFAULT_MAX_ITEMS;
  if (value === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `MemoryStorage: expected "${name}" to be a positive integer, got ${show(value)}`,
  );
}
