import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Chart } from '../../../src/view/api-types.js';
import {
  defaultView,
  isAlone,
  linesOf,
  tagsText,
  usualDistance,
  valueRange,
} from '../../../src/view/page/metrics/chart-model.js';
import { rangeOf } from '../../../src/view/page/metrics/chart-range.js';
import { bucketText, heatOf, heatRows } from '../../../src/view/page/metrics/heat-model.js';
import { timeLabel } from '../../../src/view/page/metrics/time-labels.js';

const CHART: Chart = {
  name: 'queue.wait',
  unit: 'ms',
  kind: 'histogram',
  aggregate: 'mean',
  times: [0, 1_000],
  stepMillis: 1_000,
  lines: [
    { tags: { method: 'GET', ok: true }, values: [1, 2] },
    { tags: {}, values: [null, 3] },
  ],
  others: [],
  percentiles: { p50: [1, 2], p95: [2, 3], p99: [3, 4], estimated: true },
  cut: false,
};

describe('the lines of a chart', () => {
  it('are named by their tags', () => {
    expect(linesOf(CHART, 'lines').map(({ label, series }) => [label, series])).toEqual([
      ['method=GET, ok=true', 1],
      ['no tags', 2],
    ]);
    expect(tagsText(null)).toBe('no tags');
  });

  it('are percentiles at first if the metric is a histogram', () => {
    const { percentiles: _, ...withoutPercentiles } = CHART;
    expect(defaultView(CHART)).toBe('percentiles');
    expect(defaultView(withoutPercentiles)).toBe('lines');
    expect(linesOf(CHART, 'percentiles').map(({ label }) => label)).toEqual(['p50', 'p95', 'p99']);
    expect(linesOf(withoutPercentiles, 'percentiles')).toHaveLength(2);
  });
});

describe('the gaps of a line', () => {
  it('are told from the distance of values that is usual', () => {
    expect(usualDistance([1, 2, 3, null, 4])).toBe(1);
    expect(usualDistance([1, null, null, 2, null, null, 3, null, null, null, null, 4])).toBe(3);
    expect(usualDistance([])).toBe(1);
  });

  it('make a dot of a value that is alone', () => {
    const values = [1, null, null, null, 2, null, 3];
    expect(values.map((_, index) => isAlone(values, index, 2))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the vertical axis', () => {
  it('holds all values, whatever they are', () => {
    const values = fc.array(fc.option(fc.double({ min: -1e9, max: 1e9, noNaN: true })));
    fc.assert(
      fc.property(fc.array(values), (lists) => {
        const [min, max] = valueRange(lists);
        expect(max).toBeGreaterThan(min);
        for (const value of lists.flat()) if (value !== null) expect(value >= min && value <= max).toBe(true);
      }),
    );
  });

  it('is one that can be divided, whatever the values are', () => {
    const values = fc.array(
      fc.oneof(fc.double(), fc.constantFrom(null, -5e-324, 1e-310, 2 ** 53, 2 ** 53 + 2, Number.MAX_VALUE)),
    );
    fc.assert(
      fc.property(fc.array(values), (lists) => {
        const [min, max] = valueRange(lists);
        const step = (max - min) / 1_000;
        expect(Number.isFinite(step)).toBe(true);
        expect(min + step).toBeGreaterThan(min);
        expect(max - step).toBeLessThan(max);
      }),
    );
  });

  it('begins at 0 unless that would squeeze the values', () => {
    expect(valueRange([[2, 10]])[0]).toBe(0);
    expect(valueRange([[99, 100]])[0]).toBeGreaterThan(90);
    expect(valueRange([])).toEqual([0, 1]);
  });
});

describe('the time of charts', () => {
  it('is that of their data together, or the window of the filter', () => {
    const charts = [
      { times: [1_000, 2_000], stepMillis: 1_000 },
      { times: [500, 5_000], stepMillis: 100 },
    ];
    expect(rangeOf(charts, {}, 9_000)).toEqual([500, 5_100]);
    expect(rangeOf(charts, { startTime: '1970-01-01T00:00:02Z', endTime: '1970-01-01T00:00:04Z' }, 9_000)).toEqual([
      2_000, 4_000,
    ]);
    // an expression such as "10m" is the server's to read
    expect(rangeOf(charts, { startTime: '10m' }, 9_000)).toEqual([500, 5_100]);
    expect(rangeOf([], {}, 90_000)).toEqual([30_000, 90_000]);
  });

  it('is labelled as finely as the labels are apart', () => {
    const at = new Date(2026, 10, 27, 14, 3, 7, 120).getTime();
    expect([100, 5_000, 60_000, 86_400_000].map((step) => timeLabel(at, step))).toEqual([
      '14:03:07.120',
      '14:03:07',
      '14:03',
      '11-27',
    ]);
  });
});

describe('a heat map', () => {
  const heat = heatRows({
    bounds: [1, 5, 10, null],
    counts: [
      [0, 0],
      [3, 0],
      [0, 7],
      [0, 0],
    ],
  });

  it('leaves out the empty rows above and below', () => {
    expect(heat).toEqual({
      rows: [
        { lower: 1, upper: 5, counts: [3, 0] },
        { lower: 5, upper: 10, counts: [0, 7] },
      ],
      greatest: 7,
    });
    expect(heatRows({ bounds: [1, null], counts: [[0], [0]] }).rows).toEqual([]);
  });

  it('shows one measurement beside many, and nothing for none', () => {
    expect(heatOf(0, 1_000)).toBe(0);
    expect(heatOf(1, 1_000)).toBeGreaterThan(0.15);
    expect(heatOf(1_000, 1_000)).toBe(1);
  });

  it('names its buckets', () => {
    const text = (lower: number | null, upper: number | null) => bucketText({ lower, upper, counts: [] }, String);
    expect([text(null, 1), text(1, 5), text(10, null), text(null, null)]).toEqual([
      'up to 1',
      '1 to 5',
      'above 10',
      'all',
    ]);
  });
});
