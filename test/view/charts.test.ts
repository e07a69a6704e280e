import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TelemetryMetric } from 'rimp-telemetry';
import type { Chart, MetricNames } from '../../src/view/api-types.js';
import { closeViews } from '../helpers/live-view.js';
import { at, ViewApi } from '../helpers/view-api.js';

const api = new ViewApi();
beforeEach(() => api.start());
afterEach(closeViews);

describe('GET api/chart', () => {
  it('draws measurements by tags, the greatest first, with percentiles and the samples themselves', async () => {
    const metrics = Array.from(
      { length: 100 },
      (_, i) =>
        new TelemetryMetric({
          metricId: `m${i}`,
          timestamp: at(i),
          name: 'latency',
          unit: 'ms',
          value: i % 2 === 0 ? 10 : 20,
          tags: { route: i % 2 === 0 ? '/a' : '/b' },
        }),
    );
    await api.store([], metrics);
    const found = await api.get<Chart>('chart?name=latency&points=12&top=1');
    expect(found).toMatchObject({
      unit: 'ms',
      kind: 'sample',
      aggregate: 'mean',
      stepMillis: 10_000,
      lines: [{ tags: { route: '/b' }, values: Array.from({ length: 10 }, () => 20) }],
      others: [{ tags: { route: '/a' } }],
      percentiles: { estimated: false, p99: Array.from({ length: 10 }, () => 20) },
      cut: false,
    });
    expect(found.times[0]).toBe(at(0).getTime());
    expect(found.samples?.[0]).toEqual([at(1).getTime(), 20, 0, 'm1']);
  });

  it('draws a counter as its rate, through a restart of its process', async () => {
    const point = (second: number, value: number, start: number): TelemetryMetric =>
      new TelemetryMetric({
        timestamp: at(second),
        name: 'requests',
        value,
        otel: {
          kind: 'sum',
          monotonic: true,
          temporality: 'cumulative',
          startTimeUnixNano: String(BigInt(at(start).getTime()) * 1_000_000n),
        },
      });
    await api.store([], [point(10, 100, 0), point(20, 200, 0), point(30, 50, 25), point(40, 150, 25)]);
    const found = await api.get<Chart>('chart?name=requests');
    expect(found).toMatchObject({ kind: 'sum', aggregate: 'rate', stepMillis: 10_000 });
    expect(found.lines[0]?.values).toEqual([10, 10, 5, 10]);
  });

  it('draws a histogram as its rate, percentiles and a heat map', async () => {
    const point = (second: number, counts: number[]): TelemetryMetric => {
      const count = counts.reduce((sum, one) => sum + one, 0);
      return new TelemetryMetric({
        timestamp: at(second),
        name: 'duration.count',
        value: count,
        unit: '1',
        otel: {
          kind: 'histogram',
          temporality: 'delta',
          instrument: 'duration',
          unit: 's',
          histogram: { count, sum: count, buckets: { boundaries: [1, 2], counts } },
        },
      });
    };
    await api.store([], [point(10, [4, 4, 2]), point(20, [0, 10, 0])]);
    const found = await api.get<Chart>('chart?name=duration');
    expect(found).toMatchObject({
      unit: 's',
      kind: 'histogram',
      aggregate: 'rate',
      heatMap: {
        bounds: [1, 2, null],
        counts: [
          [4, 0],
          [4, 10],
          [2, 0],
        ],
      },
      percentiles: { estimated: true },
    });
    expect(found.lines[0]?.values).toEqual([1, 1]);
    const { names } = await api.get<MetricNames>('metric-names');
    expect(names).toMatchObject([{ name: 'duration', unit: 's', kind: 'histogram', series: 1, last: 1 }]);
    expect((await api.get<MetricNames>('metric-names?name=dur*')).names).toHaveLength(1);
  });

  it('draws an exponential histogram whatever its scale', async () => {
    const point = (second: number, scale: number, offset: number, bucketCounts: number[]): TelemetryMetric => {
      const count = bucketCounts.reduce((sum, one) => sum + one, 0);
      const positive = { offset, bucketCounts };
      return new TelemetryMetric({
        timestamp: at(second),
        name: 'size.count',
        value: count,
        otel: {
          kind: 'exponential_histogram',
          temporality: 'delta',
          instrument: 'size',
          histogram: { count, scale, zeroCount: 0, positive, negative: { offset: 0, bucketCounts: [] } },
        },
      });
    };
    // with the scale 0 buckets end at powers of two: 2 to 4, 4 to 8
    await api.store([], [point(10, 0, 1, [3, 4]), point(20, 1, 2, [1, 1])]);
    const found = await api.get<Chart>('chart?name=size');
    expect(found.heatMap).toEqual({
      bounds: [2, 4, 8, null],
      counts: [
        [0, 0],
        [3, 2],
        [4, 0],
        [0, 0],
      ],
    });
  });

  it('is empty for a name that nothing has', async () => {
    expect(await api.get<Chart>('chart?name=none')).toMatchObject({ times: [], lines: [], others: [], cut: false });
    expect(await api.get<MetricNames>('metric-names')).toEqual({ names: [], cut: false });
  });
});
