import { Sketch, type Weighted } from './sketch.js';

/** Values that are kept one by one; with more, a sketch keeps them. */
const MAX_EXACT = 1_000;

/** What is known of many values, in bounded memory: exact up to 1,000 of them, then to within 1 %. */
export class Distribution {
  #values: number[] | undefined = [];
  #sketch: Sketch | undefined;
  #count = 0;
  #notFinite = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (!Number.isFinite(value)) {
      this.#notFinite += 1;
      return;
    }
    this.#count += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#values === undefined) {
      this.#sketch?.add(value);
      return;
    }
    this.#values.push(value);
    if (this.#values.length > MAX_EXACT) {
      this.#sketch = sketchOf(this.#values);
      this.#values = undefined;
    }
  }

  /** Finite values. */
  get count(): number {
    return this.#count;
  }

  /** Values that were NaN or infinite: they are in nothing else. */
  get notFinite(): number {
    return this.#notFinite;
  }

  get sum(): number {
    return this.#sum;
  }

  /** `undefined` if there are no values; so is whatever follows. */
  get min(): number | undefined {
    return this.#count === 0 ? undefined : this.#min;
  }

  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  /** Whether percentiles are those of the very values. */
  get isExact(): boolean {
    return this.#values !== undefined;
  }

  /** How far a percentile may be off, relative to itself: 0 if it is exact. */
  get relativeError(): number {
    return this.#sketch?.relativeError ?? 0;
  }

  /**
   * A percentile: the least value that so many percent of the values don't exceed (nearest rank).
   *
   * @param percentile - from 0 to 100.
   */
  percentile(percentile: number): number | undefined {
    return this.percentiles([percentile])[0];
  }

  /** Several at once, for less than one after the other costs. */
  percentiles(percentiles: readonly number[]): (number | undefined)[] {
    const weighted = this.weighted();
    return percentiles.map((percentile) => quantileOf(weighted, this.#count, percentile / 100));
  }

  /**
   * The values and how often each came, from the least up.
   *
   * @param asSketch - as a sketch has them, whether there is one or not: to be compared with another's.
   */
  weighted(asSketch = false): Weighted[] {
    if (this.#values === undefined) {
      const clamp = (value: number): number => Math.min(this.#max, Math.max(this.#min, value));
      return (this.#sketch?.weighted() ?? []).map(({ value, count }) => ({ value: clamp(value), count }));
    }
    if (asSketch) return sketchOf(this.#values).weighted();
    return this.#values.toSorted((a, b) => a - b).map((value) => ({ value, count: 1 }));
  }
}

/** The least value whose share of all, with those below it, is at least `quantile`. */
export function quantileOf(weighted: readonly Weighted[], total: number, quantile: number): number | undefined {
  if (total === 0 || !(quantile >= 0 && quantile <= 1)) return undefined;
  // a rank such as 0.95 * 20 must not be above 19 by a rounding error
  const rank = Math.max(1, Math.ceil(quantile * total - 1e-9));
  let below = 0;
  for (const { value, count } of weighted) {
    below += count;
    if (below >= rank) return value;
  }
  return weighted.at(-1)?.value;
}

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}
