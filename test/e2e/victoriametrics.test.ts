import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryStorage, shipTelemetry, startTelemetry, TelemetryData, TelemetryMetric } from 'rimp-telemetry';
import { startVictoriaMetrics, type VictoriaMetrics, victoriaMetricsProgram } from '../helpers/victoriametrics.js';

const here = victoriaMetricsProgram() !== undefined;
if (!here) process.stderr.write('SKIPPED: there is no VictoriaMetrics here (set VICTORIAMETRICS to its program)\n');

(here ? describe : describe.skip)('a real VictoriaMetrics', () => {
  let victoria: VictoriaMetrics;
  beforeAll(async () => {
    victoria = await startVictoriaMetrics();
  });
  afterAll(() => victoria.stop());

  it('gives back by PromQL what a collector measured', async () => {
    const telemetry = startTelemetry({
      serviceName: 'shop',
      register: false,
      otlp: { endpoint: victoria.otlp, compression: 'gzip' },
    });
    const meter = telemetry.meterProvider.getMeter('app');
    meter.createCounter('orders').add(3, { route: '/' });
    meter.createHistogram('checkout', { advice: { explicitBucketBoundaries: [10, 20] } }).record(15);
    telemetry.collector.collectMetric('tank.level', 45.2, 'percent', { tank: 'a' });
    telemetry.collector.collectMetric('db.time', 12, 'milliseconds');
    expect(await telemetry.shutdown()).toEqual({ complete: true, errors: [] });
    const now = new Date(Date.now() + 1_000);
    const value = async (expression: string): Promise<string | undefined> =>
      (await victoria.query(expression, now, '1m'))[0]?.values[0]?.[1];
    expect(await value('{__name__="orders",route="/"}')).toBe('3');
    expect(await value('{__name__="tank.level",tank="a"}')).toBe('45.2');
    expect(await value('{__name__="checkout_bucket",le="20"}')).toBe('1');
    expect(await value('{__name__="checkout_sum"}')).toBe('15');
    expect(await value('{__name__="db.time_count"}')).toBe('1');
  });

  it('has shipped metrics at the times at which they were measured', async () => {
    const first = Date.UTC(2025, 5, 1, 12);
    const storage = new MemoryStorage();
    const metrics = Array.from(
      { length: 600 },
      (_, i) =>
        new TelemetryMetric({
          timestamp: new Date(first + i * 1_000),
          name: 'legacy.load',
          value: i * 1.5,
          unit: 'percent',
          tags: { host: i % 2 === 0 ? 'a' : 'b' },
        }),
    );
    await storage.store(new TelemetryData({ metrics }));
    const { points } = await shipTelemetry({
      storage,
      to: victoria.otlp,
      resource: { 'service.name': 'legacy' },
    });
    expect(points).toEqual({ accepted: 600, delivered: 600, queued: 0, dropped: {} });
    const result = await victoria.query('{__name__="legacy.load"}', new Date(first + 600_000), '11m');
    const stored = result
      .flatMap(({ metric, values }) => values.map(([time, value]) => [metric.host, time, Number(value)] as const))
      .sort((a, b) => a[1] - b[1]);
    expect(stored).toEqual(
      metrics.map(({ tags, timestamp, value }) => [tags?.host, timestamp.getTime() / 1000, value]),
    );
  });
});
