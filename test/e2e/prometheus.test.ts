import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrometheusHandler, TelemetryCollector } from 'rimp-telemetry';
import { type Prometheus, prometheusProgram, startPrometheus } from '../helpers/prometheus.js';
import { type Scraped, serveHandler } from '../helpers/scrape.js';
import { until } from '../helpers/until.js';

const here = prometheusProgram() !== undefined;
if (!here) process.stderr.write('SKIPPED: there is no Prometheus here (apt-get install prometheus)\n');

(here ? describe : describe.skip)('a real Prometheus', () => {
  const collector = new TelemetryCollector({}, { instruments: [{ match: 'orders', kind: 'counter' }] });
  let scraped: Scraped;
  let prometheus: Prometheus;
  beforeAll(async () => {
    scraped = await serveHandler(createPrometheusHandler(collector));
    collector.collectMetric('tank.level', 45.2, 'percent', { tank: 'a "big" one\n' });
    collector.collectMetric('orders', 2, undefined, { route: '/' });
    collector.collectMetric('orders', 3, undefined, { route: '/' });
    for (const millis of [3, 40, 41, 900]) collector.collectMetric('checkout', millis, 'ms');
    prometheus = await startPrometheus(scraped.address);
    await until(async () => (await prometheus.lastError()) !== undefined);
  });
  afterAll(async () => {
    await prometheus.stop();
    await scraped.close();
    await collector.shutdown();
  });

  it('scrapes without an error, and answers with gauges, counters and histograms', async () => {
    expect(await prometheus.lastError()).toBe('');
    const value = async (expression: string): Promise<string | undefined> => {
      await until(async () => (await prometheus.query(expression)).length > 0);
      return (await prometheus.query(expression))[0]?.value;
    };
    expect(await prometheus.query('tank_level_percent')).toEqual([
      { metric: expect.objectContaining({ tank: 'a "big" one\n' }), value: '45.2' },
    ]);
    expect(await value('orders_total{route="/"}')).toBe('5');
    expect(await value('checkout_milliseconds_count')).toBe('4');
    expect(await value('checkout_milliseconds_sum')).toBe('984');
    expect(await value('checkout_milliseconds_bucket{le="50"}')).toBe('3');
    expect(Number(await value('histogram_quantile(0.5, checkout_milliseconds_bucket)'))).toBeGreaterThan(25);
  });

  it('shows the counters of each sink', async () => {
    collector.collectEvent('shop', 'hello');
    collector.flush();
    await until(async () => (await prometheus.query('rimp_sink_delivered_total{sink="storage"} >= 8')).length > 0);
    expect((await prometheus.query('rimp_sink_queued{sink="storage"}'))[0]?.value).toBe('0');
  });
});
