import { afterEach, describe, expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { type CollectorOptions, estimatePercentile, RimpMetricReader, TelemetryCollector } from 'rimp-telemetry';

afterEach(() => metrics.disable());

function measured(options: CollectorOptions = {}) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })],
  });
  const collector = new TelemetryCollector({}, { ...options, meterProvider });
  const exported = async () => {
    await meterProvider.forceFlush();
    return exporter.getMetrics().flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ scope, metrics: of }) =>
        of.map(({ descriptor, dataPoints }) => ({
          scope: scope.name,
          name: descriptor.name,
          unit: descriptor.unit,
          values: dataPoints.map(({ value }) => value),
        })),
      ),
    );
  };
  return { collector, meterProvider, exported };
}

describe('units and names of instruments', () => {
  it.each([
    ['milliseconds', 'ms'],
    ['sec', 's'],
    ['µs', 'us'],
    ['percent', '%'],
    ['ratio', '1'],
    ['bytes', 'By'],
    ['MB', 'MBy'],
    ['KiB', 'KiBy'],
    ['celsius', 'Cel'],
    ['requests', '{requests}'],
    ['EUR', '{EUR}'],
  ])('%s is %s in UCUM, and stays as written for RIMP', async (unit, ucum) => {
    const { collector, exported } = measured();
    expect(collector.collectMetric('m', 1, unit)?.unit).toBe(unit);
    expect((await exported()).map((metric) => metric.unit)).toEqual([ucum]);
  });

  it('maps names that OpenTelemetry does not take, and keeps apart what would collide', async () => {
    const { collector, exported } = measured();
    for (const name of ['ok.name', 'a b', 'a?b', '9 lives', 'é', 'x'.repeat(400)])
      expect(collector.collectMetric(name, 1)?.name).toBe(name);
    const names = (await exported()).map(({ name }) => name);
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_.\-/]{0,254}$/);
    expect(names).toContain('ok.name');
  });

  it('keeps one name in two units apart, and what OpenTelemetry can not take with RIMP alone', async () => {
    const { collector, exported } = measured();
    collector.collectMetric('size', 1, 'bytes');
    collector.collectMetric('SIZE', 2, 'B');
    collector.collectMetric('size', 3, 'percent');
    collector.collectMetric('nan', Number.NaN);
    collector.collectMetric('inf', Number.NEGATIVE_INFINITY);
    collector.collectMetric('wait', -1, 'ms');
    expect((await exported()).map(({ unit, values }) => [unit, ...values])).toEqual([
      ['By', 2],
      ['%', 3],
    ]);
    expect(collector.flush().metrics.length).toBe(6);
    expect(Object.values(collector.health().notRecorded).reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('bounds the series of tags, and counts what it folds', async () => {
    const { collector } = measured();
    for (let i = 0; i < 3_000; i += 1) collector.collectMetric('m', i, null, { i });
    expect(collector.health().accepted).toBe(3_000);
    expect(Object.values(collector.health().notRecorded).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(900);
  });
});

describe('names and units without end', () => {
  it('make so many instruments and no more; RIMP keeps every measurement, and counts those that no instrument has', async () => {
    const { collector, exported } = measured({ maxInstruments: 3 });
    for (let i = 0; i < 10; i += 1) collector.collectMetric(`m.user-${i}`, i);
    for (let i = 0; i < 10; i += 1) collector.collectMetric('m.user-0', i, `unit-${i}`);
    collector.collectMetric('m.user-1', 100);
    await collector.forceFlush();
    expect([...new Set((await exported()).map(({ name }) => name))]).toEqual(['m.user-0', 'm.user-1', 'm.user-2']);
    expect(collector.health().notRecorded).toEqual({ too_many_instruments: 17 });
    expect((await collector.storage.retrieve()).metrics.length).toBe(21);
  });
});

describe('the metrics about the library itself', () => {
  it('exports the counters as metrics if selfMetrics is set, and nothing otherwise', async () => {
    const silent = measured();
    silent.collector.collectEvent('a', 'b');
    expect(await silent.exported()).toEqual([]);
    const { collector, exported } = measured({ selfMetrics: true });
    collector.collectEvent('a', 'b');
    await collector.forceFlush();
    const own = (await exported()).filter(({ scope }) => scope === 'rimp-telemetry');
    expect(Object.fromEntries(own.map(({ name, values }) => [name, values]))).toMatchObject({
      'rimp.items.accepted': [1],
      'rimp.items.delivered': [1],
    });
  });
});

describe('providers', () => {
  it('takes providers as functions that return one later', async () => {
    const providers: MeterProvider[] = [];
    const collector = new TelemetryCollector({}, { meterProvider: () => providers[0] });
    collector.collectMetric('early', 1);
    const reading = new TelemetryCollector();
    const reader = new RimpMetricReader(reading);
    const meterProvider = new MeterProvider({ readers: [reader] });
    providers.push(meterProvider);
    collector.collectMetric('late', 2);
    meterProvider.getMeter('lib').createCounter('c').add(1);
    await reader.forceFlush();
    // the scope of the facade is left out, whichever collector recorded there
    expect((await reading.storage.retrieve()).metrics.map(({ name }) => name)).toEqual(['c']);
    await meterProvider.shutdown();
  });

  it('refuses an object that is no provider', () => {
    expect(() => new TelemetryCollector({}, { meterProvider: 5 as never })).toThrow(/"meterProvider" to be a provider/);
  });
});

describe('estimatePercentile', () => {
  it('lies between the least and the greatest of what was recorded, and grows with the percentile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 9_000, noNaN: true }), { minLength: 1, maxLength: 50 }),
        async (values) => {
          const collector = new TelemetryCollector();
          const reader = new RimpMetricReader(collector);
          const provider = new MeterProvider({ readers: [reader] });
          const histogram = provider.getMeter('lib').createHistogram('h');
          for (const value of values) histogram.record(value);
          await reader.forceFlush();
          const { metrics: read } = await collector.storage.retrieve();
          const count = read.find(({ name }) => name === 'h.count');
          const detail = count?.otel?.histogram;
          if (detail === undefined) throw new Error('no count');
          expect(count?.value).toBe(values.length);
          const estimates = [1, 50, 90, 99, 100].map((p) => estimatePercentile(detail, p) ?? Number.NaN);
          for (const [i, estimate] of estimates.entries()) {
            expect(estimate).toBeGreaterThanOrEqual(Math.min(...values));
            expect(estimate).toBeLessThanOrEqual(Math.max(...values));
            expect(estimate).toBeGreaterThanOrEqual(estimates[i - 1] ?? 0);
          }
          await provider.shutdown();
        },
      ),
      { numRuns: 50 },
    );
  });
});
