import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { FileStorage, RimpMetricReader, TelemetryCollector, type TelemetryMetric } from 'rimp-telemetry';
import { post } from '../helpers/otlp.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';

afterEach(endReceivers);

const valuesOf = (metrics: readonly TelemetryMetric[]): Record<string, number> =>
  Object.fromEntries(metrics.map(({ name, value }) => [name, value]));

/** Receives points of a histogram `h`, keeps them in a file, and gives the answer and what the file has. */
async function kept(...dataPoints: object[]): Promise<{ answer: string; metrics: readonly TelemetryMetric[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-histograms-'));
  const storage = new FileStorage(join(directory, 'telemetry.jsonl'));
  try {
    const { receiver } = await receive({}, {}, { storage });
    const time = { timeUnixNano: '1764036780000000000' };
    const histogram = { aggregationTemporality: 2, dataPoints: dataPoints.map((point) => ({ ...time, ...point })) };
    const metrics = [{ name: 'h', histogram }];
    const { text } = await post(
      `${receiver.url}/v1/metrics`,
      JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }),
    );
    return { answer: text, metrics: (await storage.retrieve()).metrics };
  } finally {
    await storage.close();
    rmSync(directory, { recursive: true });
  }
}

describe('a histogram of values that are no finite numbers', () => {
  it('has its sum and extremes all the same, from a sender', async () => {
    const { metrics } = await kept({ count: 2, sum: 'Infinity', min: 1, max: 'Infinity' }, { count: 1, sum: 'NaN' });
    expect(metrics.map(({ name, value }) => [name, value])).toEqual([
      ['h.count', 2],
      ['h.sum', Number.POSITIVE_INFINITY],
      ['h.min', 1],
      ['h.max', Number.POSITIVE_INFINITY],
      ['h.count', 1],
      ['h.sum', Number.NaN],
    ]);
  });

  it('has its sum and extremes all the same, from an instrument', async () => {
    const collector = new TelemetryCollector();
    const provider = new MeterProvider({ readers: [new RimpMetricReader(collector)] });
    const histogram = provider.getMeter('m').createHistogram('h');
    histogram.record(5);
    histogram.record(Number.POSITIVE_INFINITY);
    await provider.shutdown();
    const infinity = Number.POSITIVE_INFINITY;
    const { metrics } = await collector.storage.retrieve();
    expect(valuesOf(metrics)).toEqual({ 'h.count': 2, 'h.sum': infinity, 'h.min': 5, 'h.max': infinity });
  });
});

describe('bounds of a histogram', () => {
  it('may be infinite at the ends: such a bucket is one with its neighbour', async () => {
    const { answer, metrics } = await kept({
      count: 10,
      explicitBounds: ['-Infinity', 2, 5, 'Infinity'],
      bucketCounts: ['0', '1', '2', '3', '4'],
    });
    expect(answer).toBe('{}');
    expect(metrics[0]?.otel).toMatchObject({
      kind: 'histogram',
      histogram: { count: 10, buckets: { boundaries: [2, 5], counts: [1, 2, 7] } },
    });
  });

  it.each([
    ['NaN', [2, 'NaN']],
    ['an infinity between', [1, 'Infinity', 5]],
    ['descending', [5, 2]],
  ])('that say nothing reject their point alone, with the reason: %s', async (_what, explicitBounds) => {
    const bucketCounts = [1, ...explicitBounds.map(() => 0)];
    const sound = { count: 1, explicitBounds: [1], bucketCounts: [1, 0] };
    const { answer, metrics } = await kept({ count: 1, explicitBounds, bucketCounts }, sound);
    expect(answer).toContain(
      `"rejectedDataPoints":"1","errorMessage":"a histogram's bounds: expected ascending numbers`,
    );
    expect(metrics.map(({ otel }) => otel?.histogram?.buckets)).toEqual([{ boundaries: [1], counts: [1, 0] }]);
  });
});
