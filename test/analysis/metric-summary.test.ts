import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type HistogramDetail, type MetricOtel, TelemetryMetric } from 'rimp-telemetry';
import { histogramSince, mergeHistograms } from '../../src/analysis/merge-histograms.js';
import { MetricSummaries } from '../../src/analysis/metric-summaries.js';
import type { MetricSummary } from '../../src/analysis/metric-summary.js';

function summaryOf(metrics: readonly TelemetryMetric[]): MetricSummary {
  const summaries = new MetricSummaries();
  for (const metric of metrics) summaries.add(metric);
  expect(summaries.list()).toHaveLength(1);
  return summaries.list()[0] as MetricSummary;
}

function metric(name: string, value: number, otel?: MetricOtel, unit?: string): TelemetryMetric {
  return new TelemetryMetric({ name, value, unit, otel });
}

function histogram(counts: readonly number[], temporality: 'delta' | 'cumulative', start = '1'): TelemetryMetric {
  const count = counts.reduce((sum, one) => sum + one, 0);
  const detail: HistogramDetail = { count, sum: count * 10, buckets: { boundaries: [10, 20, 40], counts } };
  const otel: MetricOtel = {
    kind: 'histogram',
    temporality,
    startTimeUnixNano: start,
    instrument: 'latency',
    unit: 'ms',
    histogram: detail,
  };
  return metric('latency.count', count, otel, '1');
}

describe('the summary of a metric', () => {
  it('of measurements has their percentiles, exactly', () => {
    const summary = summaryOf([5, 1, 4, 2, 3].map((value) => metric('load', value, { kind: 'gauge' }, 's')));
    expect(summary).toMatchObject({ name: 'load', unit: 's', form: 'samples', accuracy: 'exact', count: 5, sum: 15 });
    expect(summary.percentiles([50, 95])).toEqual([3, 5]);
  });

  it('has the value of the latest time, in whatever order they come', () => {
    const at = (value: number, millis: number): TelemetryMetric =>
      new TelemetryMetric({ name: 'load', value, timestamp: new Date(millis) });
    expect(summaryOf([at(1, 10), at(2, 30), at(3, 20)])).toMatchObject({ lastValue: 2, lastMillis: 30 });
    expect(summaryOf([histogram([1, 0, 0, 0], 'delta')]).lastValue).toBeUndefined();
  });

  it('of many measurements says that they are of a sketch', () => {
    expect(summaryOf(Array.from({ length: 1_001 }, (_, i) => metric('load', i))).accuracy).toBe('sketch');
  });

  it('of a histogram estimates percentiles within the buckets, under the name of the instrument', () => {
    const summary = summaryOf([histogram([0, 10, 0, 0], 'delta'), histogram([0, 0, 10, 0], 'delta')]);
    expect(summary).toMatchObject({ name: 'latency', unit: 'ms', accuracy: 'estimated', count: 20, sum: 200 });
    expect(summary.percentiles([25, 50, 75])).toEqual([15, 20, 30]);
  });

  it('of cumulative points counts what each adds to the one before, also after a start anew', () => {
    const points = [
      histogram([0, 10, 0, 0], 'cumulative'),
      histogram([0, 10, 10, 0], 'cumulative'),
      histogram([0, 4, 0, 0], 'cumulative', '2'),
    ];
    expect(summaryOf(points)).toMatchObject({ count: 24, sum: 240 });
  });

  it('of a counter is its growth, whichever way it is reported', () => {
    const sum = { kind: 'sum', monotonic: true } as const;
    const delta = [3, 4].map((value) => metric('jobs', value, { ...sum, temporality: 'delta' }));
    const since = [3, 7].map((value) =>
      metric('jobs', value, { ...sum, temporality: 'cumulative', startTimeUnixNano: '1' }),
    );
    // without a start the first point only tells where it was; the third begins anew
    const unknown = [100, 103, 4].map((value) => metric('jobs', value, { ...sum, temporality: 'cumulative' }));
    for (const points of [delta, since, unknown])
      expect(summaryOf(points)).toMatchObject({ form: 'counter', sum: 7, points: points.length });
  });

  it('keeps each form and layout of buckets of a name apart, and leaves out the parts that a histogram has', () => {
    const summaries = new MetricSummaries();
    summaries.add(histogram([1, 0, 0, 0], 'delta'));
    summaries.add(metric('latency.sum', 10, { kind: 'histogram', temporality: 'delta', instrument: 'latency' }));
    const other: HistogramDetail = { count: 2, buckets: { boundaries: [7], counts: [1, 1] } };
    summaries.add(metric('latency.count', 2, { kind: 'histogram', instrument: 'latency', histogram: other }));
    expect(summaries.list().map(({ name, count }) => [name, count])).toEqual([
      ['latency', 1],
      ['latency', 2],
    ]);
    expect(summaries.parts).toBe(1);
  });

  it('counts the points of names that have no room', () => {
    const summaries = new MetricSummaries(1);
    for (const name of ['a', 'b', 'a', 'c']) summaries.add(metric(name, 1));
    expect(summaries.list().map(({ name, points }) => [name, points])).toEqual([['a', 2]]);
    expect(summaries.others).toBe(2);
  });
});

describe('exponential histograms', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });
  const index = (value: number, scale: number): number => Math.ceil(Math.log2(value) * 2 ** scale) - 1;
  const side = (list: readonly number[], scale: number): { offset: number; bucketCounts: number[] } => {
    const indices = list.map((value) => index(value, scale));
    if (indices.length === 0) return { offset: 0, bucketCounts: [] };
    const offset = indices.reduce((a, b) => Math.min(a, b));
    const bucketCounts = Array.from({ length: indices.reduce((a, b) => Math.max(a, b)) - offset + 1 }, () => 0);
    for (const one of indices) bucketCounts[one - offset] = (bucketCounts[one - offset] ?? 0) + 1;
    return { offset, bucketCounts };
  };
  const histogramOf = (list: readonly number[], scale: number): HistogramDetail => ({
    count: list.length,
    scale,
    zeroCount: list.filter((value) => Math.abs(value) < 1e-3).length,
    positive: side(
      list.filter((value) => value >= 1e-3),
      scale,
    ),
    negative: side(
      list.filter((value) => value <= -1e-3).map((value) => -value),
      scale,
    ),
  });
  const total = ({ zeroCount = 0, positive, negative }: HistogramDetail): number =>
    [...(positive?.bucketCounts ?? []), ...(negative?.bucketCounts ?? [])].reduce((sum, one) => sum + one, zeroCount);

  it('are added at the coarser scale, as if one had recorded all', () => {
    const scale = fc.integer({ min: -2, max: 3 });
    fc.assert(
      fc.property(values, values, scale, scale, (first, second, scale1, scale2) => {
        const merged = mergeHistograms(histogramOf(first, scale1), histogramOf(second, scale2));
        const whole = histogramOf([...first, ...second], merged.scale ?? 0);
        expect(merged.count).toBe(whole.count);
        expect(total(merged)).toBe(whole.count);
        expect(merged.scale).toBeLessThanOrEqual(Math.min(scale1, scale2));
        expect(merged).toMatchObject({
          positive: whole.positive,
          negative: whole.negative,
          zeroCount: whole.zeroCount,
        });
      }),
    );
  });

  it('that are far apart are kept in few buckets', () => {
    const merged = mergeHistograms(
      { count: 1, scale: 20, zeroCount: 0, positive: { offset: -1_000_000, bucketCounts: [1] } },
      { count: 1, scale: 20, zeroCount: 0, positive: { offset: 90_000_000, bucketCounts: [1] } },
    );
    expect(merged.positive?.bucketCounts.length).toBeLessThanOrEqual(320);
    expect(total(merged)).toBe(2);
  });

  it('give what was recorded since an earlier point', () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        const since = histogramSince(histogramOf([...first, ...second], 2), histogramOf(first, 2));
        expect(total(since)).toBe(second.length);
        expect(since.count).toBe(second.length);
      }),
    );
  });
});
