import { TimeBuckets, type TimeBucketsOptions } from './time-buckets.js';

/** How {@link KeyedCounts} counts. */
export interface KeyedCountsOptions extends TimeBucketsOptions {
  /** Keys that are counted one by one; all others are counted together. Default 1,000. */
  readonly maxKeys?: number;
}

/** The count of a key. */
export interface KeyedCount {
  readonly key: string;
  readonly count: number;
  readonly times: TimeBuckets;
}

/** Counts by a key, each over time, in bounded memory. */
export class KeyedCounts {
  readonly #options: KeyedCountsOptions;
  readonly #counts = new Map<string, { count: number; readonly times: TimeBuckets }>();
  #others = 0;

  constructor(options: KeyedCountsOptions = {}) {
    this.#options = options;
  }

  /** What was counted of keys that came when there were too many. */
  get others(): number {
    return this.#others;
  }

  add(key: string, timeMillis: number): void {
    let counted = this.#counts.get(key);
    if (counted === undefined) {
      if (this.#counts.size >= (this.#options.maxKeys ?? 1_000)) {
        this.#others += 1;
        return;
      }
      counted = { count: 0, times: new TimeBuckets(this.#options) };
      this.#counts.set(key, counted);
    }
    counted.count += 1;
    counted.times.add(timeMillis);
  }

  /** All keys, that of the greatest count first. */
  entries(): KeyedCount[] {
    return [...this.#counts].map(([key, counted]) => ({ key, ...counted })).sort((a, b) => b.count - a.count);
  }
}
