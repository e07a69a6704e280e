import type { Chart } from '../../api-types.js';

/** Rows of a heat map, without the empty ones above and below all others. */
export interface HeatRows {
  /** The lowest first. */
  readonly rows: readonly HeatRow[];
  readonly greatest: number;
}

export interface HeatRow {
  /** Exclusive; `null` if there is none. */
  readonly lower: number | null;
  /** Inclusive; `null` if there is none. */
  readonly upper: number | null;
  /** A count for each time. */
  readonly counts: readonly number[];
}

export function heatRows({ bounds, counts }: NonNullable<Chart['heatMap']>): HeatRows {
  const rows = counts.map(
    (row, index): HeatRow => ({ lower: bounds[index - 1] ?? null, upper: bounds[index] ?? null, counts: row }),
  );
  const isFilled = (row: HeatRow) => row.counts.some((count) => count > 0);
  const [first, last] = [rows.findIndex(isFilled), rows.findLastIndex(isFilled)];
  const shown = first < 0 ? [] : rows.slice(first, last + 1);
  return { rows: shown, greatest: shown.reduce((most, row) => row.counts.reduce((a, b) => Math.max(a, b), most), 0) };
}

/** How strongly a count is coloured, 0 to 1; by its logarithm, so that few are seen beside many. */
export function heatOf(count: number, greatest: number): number {
  if (count <= 0 || greatest <= 0) return 0;
  return 0.15 + 0.85 * (Math.log1p(count) / Math.log1p(greatest));
}

/** The bucket in words: `10 ms to 25 ms`, `above 10 s`. */
export function bucketText({ lower, upper }: HeatRow, format: (value: number) => string): string {
  if (upper === null) return lower === null ? 'all' : `above ${format(lower)}`;
  return lower === null ? `up to ${format(upper)}` : `${format(lower)} to ${format(upper)}`;
}
