import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { incompleteBeta } from '../../src/analysis/incomplete-beta.js';
import { mannWhitney, normalTail } from '../../src/analysis/mann-whitney.js';
import { quantileShift } from '../../src/analysis/quantile-shift.js';
import type { Weighted } from '../../src/analysis/sketch.js';

function weighted(values: readonly number[]): Weighted[] {
  return values.toSorted((a, b) => a - b).map((value) => ({ value, count: 1 }));
}

describe('the Mann–Whitney test', () => {
  it('agrees with published figures', () => {
    // scipy.stats.mannwhitneyu(x, y, method='asymptotic') of its documentation, U1 = 17 of 20, p = 0.11134688653314041
    const { p, superiority } = mannWhitney(weighted([19, 22, 16, 29, 24]), weighted([20, 11, 17, 12]));
    expect(p).toBeCloseTo(0.11134688653314041, 6);
    expect(superiority).toBeCloseTo(3 / 20, 12);
  });

  it('corrects for ties, by the definition of the ranks', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const pairs = first.flatMap((a) => second.map((b): number => (b > a ? 1 : b === a ? 0.5 : 0)));
        const u = pairs.reduce((sum, one) => sum + one, 0);
        const all = [...first, ...second];
        const n = all.length;
        const ties = [0, 1, 2, 3, 4, 5].map((value) => all.filter((one) => one === value).length);
        const correction = ties.reduce((sum, t) => sum + (t ** 3 - t), 0) / (n * (n - 1));
        const variance = (pairs.length / 12) * (n + 1 - correction);
        const z = Math.max(0, Math.abs(u - pairs.length / 2) - 0.5) / Math.sqrt(variance);
        const expected = variance > 1e-9 ? Math.min(1, 2 * normalTail(z)) : 1;
        const found = mannWhitney(weighted(first), weighted(second));
        expect(found.superiority).toBeCloseTo(u / pairs.length, 12);
        expect(found.p).toBeCloseTo(expected, 9);
        expect(mannWhitney(weighted(second), weighted(first)).p).toBeCloseTo(found.p, 9);
      }),
    );
  });

  it('finds no difference if one sample is empty or all values are equal', () => {
    expect(mannWhitney([], weighted([1, 2]))).toEqual({ p: 1, superiority: 0.5 });
    expect(mannWhitney(weighted([2, 2]), weighted([2, 2, 2]))).toEqual({ p: 1, superiority: 0.5 });
  });

  it('uses the tail of the normal distribution', () => {
    expect(normalTail(0)).toBeCloseTo(0.5, 7);
    expect(normalTail(1.959964)).toBeCloseTo(0.025, 7);
    expect(normalTail(4) / 3.167124183e-5).toBeCloseTo(1, 5);
  });
});

/** Numbers of the standard normal distribution, the same in every run. */
function normal(seed: number, mean: number, count: number): Weighted[] {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return weighted(
    Array.from({ length: count }, () => mean + Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())),
  );
}

describe('the bootstrap of a quantile', () => {
  it('finds that one sample is shifted from another', () => {
    expect(quantileShift(normal(1, 0, 500), normal(2, 2, 500), 0.95)).toBeLessThan(1e-6);
    expect(quantileShift(normal(1, 2, 500), normal(2, 0, 500), 0.95)).toBeLessThan(1e-6);
    expect(quantileShift(normal(1, 0, 500), normal(2, 0.02, 500), 0.95)).toBeGreaterThan(0.1);
  });

  it('is rarely sure of a difference that is none', () => {
    const sure = Array.from({ length: 60 }, (_, i) =>
      quantileShift(normal(2 * i + 10, 0, 200), normal(2 * i + 11, 0, 200), 0.95),
    ).filter((p) => (p ?? 1) < 0.05);
    expect(sure.length).toBeLessThanOrEqual(8);
  });

  it('agrees with one that draws resamples', () => {
    const [first, second] = [normal(3, 0, 100), normal(4, 0.4, 120)];
    let state = 5;
    const drawn = (sample: readonly Weighted[]): number => {
      const values = sample.map(() => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return sample[Math.floor((state / 2 ** 32) * sample.length)]?.value ?? 0;
      });
      return values.sort((a, b) => a - b)[Math.ceil(sample.length * 0.9) - 1] ?? 0;
    };
    let notAbove = 0;
    for (let i = 0; i < 1_000; i += 1) notAbove += Number(drawn(second) <= drawn(first));
    const share = notAbove / 1_000;
    expect(quantileShift(first, second, 0.9)).toBeCloseTo(2 * Math.min(share, 1 - share), 1);
  });

  it('says nothing of samples with too few values beyond it', () => {
    expect(quantileShift(normal(1, 0, 40), normal(2, 0, 40), 0.95)).toBeUndefined();
    expect(quantileShift(normal(1, 0, 40), normal(2, 0, 40), 0.5)).toBeDefined();
  });
});

describe('the incomplete beta function', () => {
  it('is the share of binomial outcomes, for whole numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b, x) => {
          const n = a + b - 1;
          let term = (1 - x) ** n;
          let share = a === 0 ? term : 0;
          for (let k = 1; k <= n; k += 1) {
            term = x === 1 ? Number(k === n) : (term * (n - k + 1) * x) / (k * (1 - x));
            if (k >= a) share += term;
          }
          fc.pre((1 - x) ** n > 1e-200 || x === 1);
          expect(incompleteBeta(a, b, x)).toBeCloseTo(share, 9);
        },
      ),
    );
  });

  it('has the right value for large numbers', () => {
    expect(incompleteBeta(950_000, 50_001, 0.95)).toBeCloseTo(0.5, 2);
    expect(incompleteBeta(950_000, 50_001, 0.951)).toBeGreaterThan(0.99999);
    expect(incompleteBeta(950_000, 50_001, 0.949)).toBeLessThan(0.00001);
  });
});
