import type { ExponentialBuckets, HistogramDetail } from '../model/otel-fields.js';
import type { Buckets } from './family.js';

/** OpenTelemetry's boundaries if none are chosen (metrics SDK, "Explicit Bucket Histogram Aggregation"). */
const DEFAULT_BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

/** Buckets without a measurement. */
export function emptyBuckets(bounds: readonly number[] = DEFAULT_BOUNDS): Buckets {
  return { bounds, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0, count: 0 };
}

/** Adds a measurement; a bound belongs to the bucket below it. */
export function addSample(into: Buckets, value: number): void {
  const at = into.bounds.findIndex((bound) => value <= bound);
  const index = at < 0 ? into.bounds.length : at;
  into.counts[index] = (into.counts[index] ?? 0) + 1;
  into.sum += value;
  into.count += 1;
}

/** A histogram's point as buckets. */
export function bucketsOf(detail: HistogramDetail): Buckets {
  const { sum = Number.NaN, count, buckets } = detail;
  if (buckets !== undefined) return { bounds: buckets.boundaries, counts: [...buckets.counts], sum, count };
  const { bounds, counts } = ofExponential(detail);
  return { bounds, counts: [...counts, 0], sum, count };
}

/** The sum of two points; `undefined` if their bounds differ. */
export function sumOf(a: Buckets, b: Buckets): Buckets | undefined {
  if (a.bounds.length !== b.bounds.length || a.bounds.some((bound, at) => bound !== b.bounds[at])) return undefined;
  const counts = a.counts.map((count, at) => count + (b.counts[at] ?? 0));
  return { bounds: a.bounds, counts, sum: a.sum + b.sum, count: a.count + b.count };
}

/** The bounds of an exponential histogram, from the lowest on (metrics data model, "Exponential Scale"). */
function ofExponential({ scale = 0, zeroCount = 0, positive, negative }: HistogramDetail): {
  readonly bounds: number[];
  readonly counts: number[];
} {
  const bounds: number[] = [];
  const counts: number[] = [];
  const add = (bound: number, count: number): void => {
    // at the ends of what a number holds bounds meet
    if (bound === bounds.at(-1)) counts[counts.length - 1] = (counts.at(-1) ?? 0) + count;
    else if (Number.isFinite(bound)) {
      bounds.push(bound);
      counts.push(count);
    }
  };
  const bound = (index: number): number => 2 ** (index * 2 ** -scale);
  const below = negative ?? NONE;
  for (let at = below.bucketCounts.length - 1; at >= 0; at -= 1)
    add(-bound(below.offset + at), below.bucketCounts[at] ?? 0);
  add(0, zeroCount);
  const above = positive ?? NONE;
  above.bucketCounts.forEach((count, at) => add(bound(above.offset + at + 1), count));
  return { bounds, counts };
}

const NONE: ExponentialBuckets = { offset: 0, bucketCounts: [] };
