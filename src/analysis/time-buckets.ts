/** How {@link TimeBuckets} counts. */
export interface TimeBucketsOptions {
  /** Width of a bucket at first; default: a second. */
  readonly widthMillis?: number;
  /** Buckets that are kept: with more, the width doubles. Default 240. */
  readonly maxBuckets?: number;
}

/** Counts over time, in bounded memory. Times may come in any order. */
export class TimeBuckets {
  #width: number;
  readonly #max: number;
  /** By the number of the bucket since the Unix epoch; empty ones are not kept, so that a stray time costs one. */
  #counts = new Map<number, number>();

  constructor({ widthMillis = 1_000, maxBuckets = 240 }: TimeBucketsOptions = {}) {
    this.#width = widthMillis;
    // times before and after the epoch never come to share one
    this.#max = Math.max(2, maxBuckets);
  }

  /** Width of a bucket by now: a power of two times that at first. */
  get widthMillis(): number {
    return this.#width;
  }

  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  add(timeMillis: number, count = 1): void {
    const index = Math.floor(timeMillis / this.#width);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + count);
    while (this.#counts.size > this.#max) this.#widen();
  }

  /** Adds what another counted, whose width at first was the same. */
  merge(other: TimeBuckets): void {
    while (other.#width > this.#width) this.#widen();
    for (const [index, count] of other.#counts) this.add(index * other.#width, count);
  }

  /** The buckets that are not empty, in the order of time. */
  entries(): { readonly startMillis: number; readonly count: number }[] {
    return [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([index, count]) => ({ startMillis: index * this.#width, count }));
  }

  /** Counts in so many parts of equal length of a span of time; what is outside of it is left out. */
  series(fromMillis: number, toMillis: number, parts: number): number[] {
    const series = Array.from({ length: parts }, () => 0);
    const length = Math.max(1, toMillis - fromMillis);
    for (const [index, count] of this.#counts) {
      const start = index * this.#width;
      if (start + this.#width <= fromMillis || start > toMillis) continue;
      // a bucket that is wider than a part is spread over all that it covers
      const first = partOf(Math.max(start, fromMillis), fromMillis, length, parts);
      const last = partOf(Math.min(start + this.#width - 1, toMillis), fromMillis, length, parts);
      for (let part = first; part <= last; part += 1)
        series[part] = (series[part] as number) + count / (last - first + 1);
    }
    return series;
  }

  #widen(): void {
    const wider = new Map<number, number>();
    for (const [index, count] of this.#counts) {
      const half = Math.floor(index / 2);
      wider.set(half, (wider.get(half) ?? 0) + count);
    }
    this.#width *= 2;
    this.#counts = wider;
  }
}

function partOf(timeMillis: number, fromMillis: number, length: number, parts: number): number {
  return Math.min(parts - 1, Math.floor(((timeMillis - fromMillis) / length) * parts));
}
