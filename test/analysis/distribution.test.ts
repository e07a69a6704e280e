import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Distribution } from '../../src/analysis/distribution.js';
import { Sketch } from '../../src/analysis/sketch.js';

function distributionOf(values: readonly number[]): Distribution {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

/** By the definition: the least value that so many percent don't exceed. */
function nearestRank(values: readonly number[], percentile: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find((_, i) => (i + 1) * 100 >= percentile * sorted.length);
}

const percentile = fc.constantFrom(0, 1, 25, 50, 75, 90, 95, 99, 99.9, 100);
const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });

describe('a distribution', () => {
  it('of up to 1,000 values has their exact percentiles', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 100 }), percentile, (values, p) => {
        const distribution = distributionOf(values);
        expect(distribution.isExact).toBe(true);
        expect(distribution.percentile(p)).toBe(nearestRank(values, p));
      }),
    );
  });

  it('of more values has percentiles to within 1 %, whatever the values are', () => {
    const part = { noNaN: true, min: 1e-3, max: 1e9 };
    const usual = fc.oneof(
      fc.double(part),
      fc.double(part).map((one) => -one),
      fc.constant(0),
    );
    const many = fc.array(usual, { minLength: 1_001, maxLength: 3_000, size: 'max' });
    fc.assert(
      fc.property(many, percentile, (values, p) => {
        const distribution = distributionOf(values);
        expect(distribution.isExact).toBe(false);
        const exact = nearestRank(values, p) as number;
        const error = Math.abs((distribution.percentile(p) as number) - exact);
        expect(error).toBeLessThanOrEqual(Math.abs(exact) * (distribution.relativeError + 1e-9));
        expect(distribution.relativeError).toBeCloseTo(0.01);
        expect(distribution.min).toBe(Math.min(...values));
        expect(distribution.max).toBe(Math.max(...values));
        expect(distribution.count).toBe(values.length);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('keeps apart what is no finite number, and has no figures without values', () => {
    const distribution = distributionOf([Number.NaN, Number.POSITIVE_INFINITY]);
    expect(distribution).toMatchObject({ count: 0, notFinite: 2, min: undefined, max: undefined, mean: undefined });
    expect(distribution.percentile(50)).toBeUndefined();
    distribution.add(4);
    expect(distribution).toMatchObject({ count: 1, notFinite: 2, min: 4, max: 4, mean: 4 });
    expect(distribution.percentile(101)).toBeUndefined();
  });
});

describe('a sketch with few bins', () => {
  it('keeps within them by a greater error, which it tells and keeps to', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 50, maxLength: 300 }), (values) => {
        const sketch = new Sketch(16);
        for (const one of values) sketch.add(one);
        const weighted = sketch.weighted();
        expect(weighted.length).toBeLessThanOrEqual(17);
        expect(weighted.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        const sorted = values.toSorted((a, b) => a - b);
        let seen = 0;
        for (const { value: bin, count } of weighted) {
          for (const exact of sorted.slice(seen, seen + count))
            expect(Math.abs(bin - exact)).toBeLessThanOrEqual(Math.abs(exact) * (sketch.relativeError + 1e-6));
          seen += count;
        }
      }),
    );
  });
});
