import type { ExponentialBuckets, HistogramDetail } from '../model/otel-fields.js';

/** Buckets of one side of an exponential histogram; with more, its scale is halved. */
const MAX_BUCKETS = 320;

type Writable = { -readonly [K in keyof HistogramDetail]: HistogramDetail[K] };

/** What the buckets of a histogram are: only those of one layout can be added without loss. */
export function layoutOf({ buckets, scale }: HistogramDetail): string {
  if (buckets !== undefined) return `explicit ${buckets.boundaries.join(' ')}`;
  return scale === undefined ? 'none' : 'exponential';
}

/** Adds two histograms of one layout. Exponential ones are brought to the coarser scale of the two. */
export function mergeHistograms(a: HistogramDetail, b: HistogramDetail): HistogramDetail {
  return combine(a, b, 1);
}

/**
 * What a cumulative histogram recorded since an earlier point of it. Least and greatest of that time are not known.
 *
 * @returns the later point as it is if the earlier one is no earlier state of it: the histogram began anew.
 */
export function histogramSince(later: HistogramDetail, earlier: HistogramDetail): HistogramDetail {
  if (layoutOf(later) !== layoutOf(earlier) || later.count < earlier.count) return later;
  const difference = combine(later, earlier, -1);
  const counts = [
    ...(difference.buckets?.counts ?? []),
    ...(difference.positive?.bucketCounts ?? []),
    ...(difference.negative?.bucketCounts ?? []),
  ];
  return counts.some((count) => count < 0) ? later : difference;
}

function combine(a: HistogramDetail, b: HistogramDetail, sign: 1 | -1): HistogramDetail {
  const merged: Writable = { count: a.count + sign * b.count };
  if (a.sum !== undefined && b.sum !== undefined) merged.sum = a.sum + sign * b.sum;
  if (sign === 1) {
    // extremes that one of the two does not know are not known of both
    if (a.min !== undefined && b.min !== undefined) merged.min = Math.min(a.min, b.min);
    if (a.max !== undefined && b.max !== undefined) merged.max = Math.max(a.max, b.max);
  }
  if (a.buckets !== undefined && b.buckets !== undefined) {
    const { boundaries, counts } = a.buckets;
    const others = b.buckets.counts;
    merged.buckets = { boundaries, counts: counts.map((count, i) => count + sign * (others[i] ?? 0)) };
  }
  if (a.scale === undefined || b.scale === undefined) return merged;
  let scale = Math.min(a.scale, b.scale);
  const sides = (at: number): [ExponentialBuckets, ExponentialBuckets] => [
    addSides(scaled(a.positive, (a.scale ?? 0) - at), scaled(b.positive, (b.scale ?? 0) - at), sign),
    addSides(scaled(a.negative, (a.scale ?? 0) - at), scaled(b.negative, (b.scale ?? 0) - at), sign),
  ];
  let [positive, negative] = sides(scale);
  while (Math.max(positive.bucketCounts.length, negative.bucketCounts.length) > MAX_BUCKETS && scale > -10) {
    scale -= 1;
    [positive, negative] = sides(scale);
  }
  merged.scale = scale;
  merged.zeroCount = (a.zeroCount ?? 0) + sign * (b.zeroCount ?? 0);
  merged.positive = positive;
  merged.negative = negative;
  return merged;
}

/** Buckets at a scale that is lower by `by`: each holds 2 ** by of the former. */
function scaled(side: ExponentialBuckets | undefined, by: number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  side?.bucketCounts.forEach((count, i) => {
    if (count === 0) return;
    const index = Math.floor((side.offset + i) / 2 ** by);
    counts.set(index, (counts.get(index) ?? 0) + count);
  });
  return counts;
}

function addSides(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, sign: 1 | -1): ExponentialBuckets {
  let offset = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const index of [...a.keys(), ...b.keys()]) {
    if (index < offset) offset = index;
    if (index > last) last = index;
  }
  if (offset > last) return { offset: 0, bucketCounts: [] };
  // what is far apart is halved by the caller: no array of millions of zeros before that
  const length = Math.min(last - offset + 1, MAX_BUCKETS + 1);
  const at = (index: number): number => (a.get(index) ?? 0) + sign * (b.get(index) ?? 0);
  return { offset, bucketCounts: Array.from({ length }, (_, i) => at(offset + i)) };
}
