import { incompleteBeta } from './incomplete-beta.js';
import type { Weighted } from './sketch.js';

/** Fewer values than this beyond a quantile, on either side, say nothing about it. */
const MIN_BEYOND = 3;

/**
 * How likely so great a difference of a quantile between two samples would be by chance: two-sided, 0 to 1.
 *
 * It is the bootstrap, without drawing resamples: the quantile of a resample is the value at a rank that follows a beta
 * distribution, so how likely each value is to be it can be computed. Each sample is sorted.
 *
 * @param quantile - from 0 to 1.
 * @returns `undefined` if a sample has too few values to tell.
 */
export function quantileShift(
  first: readonly Weighted[],
  second: readonly Weighted[],
  quantile: number,
): number | undefined {
  const a = quantileOdds(first, quantile);
  const b = quantileOdds(second, quantile);
  if (a === undefined || b === undefined) return undefined;
  // how likely the second's is less than, and equal to, the first's
  let less = 0;
  let equal = 0;
  let below = 0;
  let j = 0;
  for (const { value, odds } of a) {
    for (; j < b.length && (b[j] as Odds).value < value; j += 1) below += (b[j] as Odds).odds;
    less += odds * below;
    if (b[j]?.value === value) equal += odds * (b[j] as Odds).odds;
  }
  return Math.min(1, 2 * Math.min(less + equal, 1 - less));
}

interface Odds {
  readonly value: number;
  readonly odds: number;
}

/** How likely each value is to be the quantile of a resample; `undefined` if there are too few values. */
function quantileOdds(sorted: readonly Weighted[], quantile: number): readonly Odds[] | undefined {
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(quantile * total - 1e-9));
  if (rank < MIN_BEYOND || total - rank < MIN_BEYOND) return undefined;
  const odds: Odds[] = [];
  let upTo = 0;
  let before = 0;
  for (let i = 0; i < sorted.length; i += 1) {
    const { value, count } = sorted[i] as Weighted;
    upTo += count;
    if (sorted[i + 1]?.value === value) continue;
    const below = incompleteBeta(rank, total + 1 - rank, upTo / total);
    odds.push({ value, odds: below - before });
    before = below;
  }
  return odds;
}
