import type { HistogramDetail } from '../../model/otel-fields.js';
import { mergeHistograms } from '../merge-histograms.js';

/** Counts by bucket (rows, the lowest first) and step (columns). */
export interface HeatMap {
  /** The upper bound of each row; the last one has none. */
  readonly bounds: readonly (number | null)[];
  readonly counts: readonly (readonly number[])[];
}

/** Rows of an exponential histogram: with more of them its scale is halved. */
const MAX_ROWS = 80;

/** The heat map of what histograms of one layout recorded in each step; `undefined` if there are no buckets. */
export function heatMapOf(steps: readonly (HistogramDetail | undefined)[]): HeatMap | undefined {
  const first = steps.find((histogram) => histogram !== undefined);
  if (first?.buckets !== undefined) return explicitMap(first.buckets.boundaries, steps);
  return first?.scale === undefined ? undefined : exponentialMap(steps);
}

function explicitMap(boundaries: readonly number[], steps: readonly (HistogramDetail | undefined)[]): HeatMap {
  const rows = boundaries.length + 1;
  return {
    bounds: [...boundaries, null],
    counts: Array.from({ length: rows }, (_, row) =>
      steps.map((histogram) => Math.max(0, histogram?.buckets?.counts[row] ?? 0)),
    ),
  };
}

/** Positive values and zero; negative ones, which hardly any histogram has, are in the lowest row. */
function exponentialMap(steps: readonly (HistogramDetail | undefined)[]): HeatMap {
  let whole: HistogramDetail = empty(20);
  for (const histogram of steps) if (histogram !== undefined) whole = mergeHistograms(whole, histogram);
  while ((whole.positive?.bucketCounts.length ?? 0) > MAX_ROWS && (whole.scale ?? 0) > -10)
    whole = mergeHistograms(whole, empty((whole.scale ?? 0) - 1));
  const scale = whole.scale ?? 0;
  const { offset = 0, bucketCounts = [] } = whole.positive ?? {};
  const base = 2 ** (2 ** -scale);
  const scaled = steps.map((histogram) =>
    histogram === undefined ? undefined : mergeHistograms(histogram, empty(scale)),
  );
  const lowest = scaled.map(
    (histogram) =>
      (histogram?.zeroCount ?? 0) + (histogram?.negative?.bucketCounts.reduce((sum, count) => sum + count, 0) ?? 0),
  );
  const rows = bucketCounts.map((_, row) =>
    scaled.map((histogram) => {
      const { offset: from = 0, bucketCounts: counts = [] } = histogram?.positive ?? {};
      return Math.max(0, counts[offset + row - from] ?? 0);
    }),
  );
  return {
    bounds: [base ** offset, ...bucketCounts.map((_, row) => base ** (offset + row + 1)), null],
    counts: [lowest, ...rows, steps.map(() => 0)],
  };
}

function empty(scale: number): HistogramDetail {
  const none = { offset: 0, bucketCounts: [] };
  return { count: 0, scale, zeroCount: 0, positive: none, negative: none };
}
