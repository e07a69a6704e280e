import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KeyedCounts } from '../../src/analysis/keyed-counts.js';
import { sparkline } from '../../src/analysis/sparkline.js';
import { TimeBuckets } from '../../src/analysis/time-buckets.js';

const times = fc.array(fc.integer({ min: -1e9, max: 1e12 }), { maxLength: 200 });

function bucketsOf(list: readonly number[], maxBuckets: number): TimeBuckets {
  const buckets = new TimeBuckets({ widthMillis: 1_000, maxBuckets });
  for (const time of list) buckets.add(time);
  return buckets;
}

describe('buckets over time', () => {
  it('keep every count in few buckets, in any order of times, alone or merged', () => {
    fc.assert(
      fc.property(times, times, fc.integer({ min: 2, max: 20 }), (first, second, maxBuckets) => {
        const together = bucketsOf([...first, ...second], maxBuckets);
        const merged = bucketsOf(first, maxBuckets);
        merged.merge(bucketsOf(second, maxBuckets));
        expect(together.entries().length).toBeLessThanOrEqual(maxBuckets);
        expect(merged.entries()).toEqual(together.entries());
        expect(together.total).toBe(first.length + second.length);
        for (const { startMillis, count } of together.entries()) {
          const inside = [...first, ...second].filter(
            (time) => time >= startMillis && time < startMillis + together.widthMillis,
          );
          expect(inside).toHaveLength(count);
        }
      }),
    );
  });

  it('give a series of any number of parts, with nothing lost or added within it', () => {
    fc.assert(
      fc.property(
        times.filter((list) => list.length > 0),
        fc.integer({ min: 1, max: 60 }),
        (list, parts) => {
          const series = bucketsOf(list, 20).series(Math.min(...list), Math.max(...list), parts);
          expect(series).toHaveLength(parts);
          expect(series.reduce((sum, count) => sum + count, 0)).toBeCloseTo(list.length, 6);
        },
      ),
    );
  });

  it('leave out what is outside of the span of a series', () => {
    const buckets = bucketsOf([0, 5_000, 6_000, 60_000], 100);
    expect(buckets.series(5_000, 6_999, 2)).toEqual([1, 1]);
  });
});

describe('counts by key', () => {
  it('are bounded, and what has no room is counted together', () => {
    const counts = new KeyedCounts({ maxKeys: 2 });
    for (const key of ['a', 'b', 'c', 'b', 'd']) counts.add(key, 0);
    expect(counts.entries().map(({ key, count }) => [key, count])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
    expect(counts.others).toBe(2);
  });
});

describe('a sparkline', () => {
  it('has a bar for each value, up to the greatest', () => {
    expect(sparkline([0, 1, 4, 8, Number.NaN])).toBe(' ▂▅█ ');
    expect(sparkline([3, 3])).toBe('██');
    expect(sparkline([0, 0])).toBe('  ');
    expect(sparkline([])).toBe('');
  });
});
