import { afterEach, describe, expect, it } from '@jest/globals';
import { context, metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { TelemetryCollector } from 'rimp-telemetry';
import { logs } from '../helpers/logs-api.js';
import { attached } from '../helpers/sdk.js';

afterEach(() => {
  logs.disable();
  metrics.disable();
  context.disable();
});

describe('metrics through instruments', () => {
  it('records metrics as gauges, durations as histograms, others as a policy says, and keeps each exactly', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const meterProvider = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })],
    });
    const collector = new TelemetryCollector(
      {},
      { meterProvider, instruments: [{ match: 'sold*', kind: 'counter', dropTags: ['secret'] }] },
    );
    collector.collectMetric('cpu', 45.2, 'percent');
    collector.collectMetric('rt', 12, 'milliseconds');
    collector.collectMetric('rt', -1, 'milliseconds');
    collector.collectMetric('sold_total', 2, 'items', { secret: 1, k: 'v' });
    collector.collectMetric('1 bad name', 1);
    collector.collectMetric('cpu', Number.NaN, 'percent');
    await collector.forceFlush();
    const found =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap(({ metrics: all }) => all) ?? [];
    const summary = Object.fromEntries(
      found.map(({ descriptor, dataPoints }) => [descriptor.name, [descriptor.unit, dataPoints[0]?.attributes]]),
    );
    expect(summary).toMatchObject({ cpu: ['%', {}], rt: ['ms', {}], sold_total: ['{items}', { k: 'v' }] });
    expect(Object.keys(summary).find((name) => name.startsWith('m_1_bad_name_'))).toBeDefined();
    expect(collector.health().notRecorded).toEqual({ negative_histogram: 1, not_finite: 1 });
    expect((await collector.storage.retrieve()).metrics.length).toBe(6);
  });
});

describe('RimpMetricReader', () => {
  it('turns points into metrics, leaves out the facade, and collects once more at shutdown', async () => {
    const { collector, meterProvider } = attached();
    const meter = meterProvider.getMeter('http', '1.0');
    meter.createCounter('requests', { unit: '{request}' }).add(3, { route: '/' });
    meter.createUpDownCounter('open').add(2);
    const duration = meter.createHistogram('duration', { unit: 's' });
    duration.record(0.25);
    duration.record(0.5);
    meter.createObservableGauge('heat').addCallback((result) => result.observe(21));
    collector.collectMetric('own', 1);
    await meterProvider.shutdown();
    const { metrics: all } = await collector.storage.retrieve();
    expect(Object.fromEntries(all.map(({ name, value }) => [name, value]))).toEqual({
      own: 1,
      requests: 3,
      open: 2,
      'duration.count': 2,
      'duration.sum': 0.75,
      'duration.min': 0.25,
      'duration.max': 0.5,
      heat: 21,
    });
    expect(all.filter(({ name }) => name === 'own').length).toBe(1);
    expect(all.find(({ name }) => name === 'requests')).toMatchObject({
      unit: '{request}',
      tags: { route: '/' },
      otel: { kind: 'sum', temporality: 'delta', monotonic: true, scopeName: 'http' },
    });
    expect(all.find(({ name }) => name === 'open')?.otel).toMatchObject({ temporality: 'cumulative' });
    expect(collector.enabled).toBe(true);
  });

  it('is silent about idle series, and never overlaps itself', async () => {
    const { collector, meterProvider, reader } = attached();
    let running = 0;
    let most = 0;
    meterProvider
      .getMeter('m')
      .createObservableGauge('g')
      .addCallback(async (result) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        result.observe(1);
      });
    meterProvider.getMeter('m').createCounter('c').add(1);
    await Promise.all([reader.forceFlush(), reader.collect(), reader.forceFlush()]);
    expect(most).toBe(1);
    const names = (await collector.storage.retrieve()).metrics.map(({ name }) => name);
    expect(names.filter((name) => name === 'c').length).toBe(1);
    expect(names.filter((name) => name === 'g').length).toBe(3);
  });
});
