import type { HistogramDetail } from './otel-fields.js';

/**
 * Estimates a percentile of what a histogram recorded, by linear interpolation within the bucket that holds it; within
 * the factor between two bounds for an exponential histogram.
 *
 * @param percentile - from 0 to 100.
 * @returns `undefined` if the histogram recorded nothing or has no buckets.
 */
export function estimatePercentile(histogram: HistogramDetail, percentile: number): number | undefined {
  const spans = spansOf(histogram);
  const total = spans.reduce((sum, span) => sum + span.count, 0);
  if (total === 0 || !(percentile >= 0 && percentile <= 100)) return undefined;
  let rank = (percentile / 100) * total;
  for (const span of spans) {
    if (span.count === 0) continue;
    if (rank <= span.count) return clamp(histogram, span.from + (span.to - span.from) * (rank / span.count));
    rank -= span.count;
  }
  return histogram.max;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function spansOf(histogram: HistogramDetail): Span[] {
  const { buckets, scale } = histogram;
  if (buckets !== undefined) {
    const { boundaries, counts } = buckets;
    return counts.map((count, i) => {
      const below = boundaries[i - 1];
      const above = boundaries[i];
      // the outermost buckets are open: the recorded extremes close them
      const from = below ?? Math.min(histogram.min ?? 0, above ?? 0);
      return { from, to: above ?? Math.max(histogram.max ?? from, from), count };
    });
  }
  if (scale === undefined) return [];
  const base = 2 ** (2 ** -scale);
  const { negative, positive } = histogram;
  const below = (negative?.bucketCounts ?? []).map((count, i) => {
    const index = (negative?.offset ?? 0) + i;
    return { from: -(base ** (index + 1)), to: -(base ** index), count };
  });
  const above = (positive?.bucketCounts ?? []).map((count, i) => {
    const index = (positive?.offset ?? 0) + i;
    return { from: base ** index, to: base ** (index + 1), count };
  });
  return [...below.reverse(), { from: 0, to: 0, count: histogram.zeroCount ?? 0 }, ...above];
}

function clamp(histogram: HistogramDetail, value: number): number {
  return Math.min(histogram.max ?? value, Math.max(histogram.min ?? value, value));
}
