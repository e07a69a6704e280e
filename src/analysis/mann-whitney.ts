import type { Weighted } from './sketch.js';

/** What {@link mannWhitney} found. */
export interface MannWhitney {
  /** How likely so great a difference would be if both had the same distribution: two-sided, 0 to 1. */
  readonly p: number;
  /** How likely a value of the second exceeds one of the first, ties counted by half: 0.5 if neither is greater. */
  readonly superiority: number;
}

/**
 * Whether the values of one sample tend to be greater than those of another: the Mann–Whitney U test, with the normal
 * approximation, the correction for ties and that for continuity. Each sample is sorted.
 *
 * @returns p of 1 if a sample is empty or all values are equal.
 */
export function mannWhitney(first: readonly Weighted[], second: readonly Weighted[]): MannWhitney {
  const n1 = totalOf(first);
  const n2 = totalOf(second);
  if (n1 === 0 || n2 === 0) return { p: 1, superiority: 0.5 };
  let u = 0;
  let ties = 0;
  let below = 0;
  let i = 0;
  let j = 0;
  while (i < first.length || j < second.length) {
    const value = Math.min(first[i]?.value ?? Number.POSITIVE_INFINITY, second[j]?.value ?? Number.POSITIVE_INFINITY);
    let [equal1, equal2] = [0, 0];
    for (; first[i]?.value === value; i += 1) equal1 += first[i]?.count ?? 0;
    for (; second[j]?.value === value; j += 1) equal2 += second[j]?.count ?? 0;
    // of the second's values here, each exceeds all of the first's below, and half of those here
    u += equal2 * (below + equal1 / 2);
    below += equal1;
    const equal = equal1 + equal2;
    ties += equal ** 3 - equal;
  }
  const n = n1 + n2;
  const variance = n < 2 ? 0 : ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)));
  const superiority = u / (n1 * n2);
  if (!(variance > 0)) return { p: 1, superiority };
  const z = Math.max(0, Math.abs(u - (n1 * n2) / 2) - 0.5) / Math.sqrt(variance);
  return { p: Math.min(1, 2 * normalTail(z)), superiority };
}

/** How likely a number of the standard normal distribution exceeds z, for z from 0 on; relative error below 1.2e-7. */
export function normalTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  // Numerical Recipes' approximation of erfc by Chebyshev's polynomials
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const polynomial = terms.reduceRight((sum, term) => term + t * sum, 0);
  return 0.5 * t * Math.exp(-x * x + polynomial);
}

function totalOf(weighted: readonly Weighted[]): number {
  return weighted.reduce((sum, { count }) => sum + count, 0);
}
