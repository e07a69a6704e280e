import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import {
  createOtlpReceiver,
  createPrometheusHandler,
  type PrometheusOptions,
  TelemetryCollector,
} from 'rimp-telemetry';
import { hasPromtool, promtoolProblems } from '../helpers/prometheus.js';
import { OPEN_METRICS, type Scraped, serveHandler } from '../helpers/scrape.js';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function scraped(collector: TelemetryCollector, options?: PrometheusOptions): Promise<Scraped> {
  const served = await serveHandler(createPrometheusHandler(collector, options));
  open.push(
    () => served.close(),
    () => collector.shutdown(),
  );
  return served;
}

const lines = (text: string, start: string): string[] => text.split('\n').filter((line) => line.startsWith(start));

describe('createPrometheusHandler', () => {
  it('shows the last value of a gauge, whatever the order of its tags', async () => {
    const collector = new TelemetryCollector();
    const served = await scraped(collector);
    collector.collectMetric('tank.level', 1, 'percent', { tank: 'a', site: 'x' });
    collector.collectMetric('tank.level', 2, 'percent', { site: 'x', tank: 'a' });
    expect(lines(await served.text(), 'tank_level')).toEqual(['tank_level_percent{site="x",tank="a"} 2']);
  });

  it('writes OpenMetrics for who asks for it, and the older format else', async () => {
    const collector = new TelemetryCollector({}, { instruments: [{ match: 'orders', kind: 'counter' }] });
    const served = await scraped(collector);
    collector.collectMetric('orders', 2);
    const older = await served.text();
    expect(lines(older, '# TYPE orders')).toEqual(['# TYPE orders_total counter']);
    expect(older).not.toContain('# EOF');
    const open = await served.text(OPEN_METRICS);
    expect(lines(open, '# TYPE orders')).toEqual(['# TYPE orders counter']);
    expect(lines(open, 'orders')).toEqual(['orders_total 2']);
    expect(open.endsWith('# EOF\n')).toBe(true);
  });

  it('gives two metrics that would have one name two of them', async () => {
    const collector = new TelemetryCollector({}, { instruments: [{ match: 'a.b', kind: 'histogram' }] });
    const served = await scraped(collector);
    collector.collectMetric('a.b', 1);
    collector.collectMetric('a_b', 2);
    collector.collectMetric('a.b.count', 3);
    const text = await served.text();
    expect(lines(text, '# TYPE a_b')).toEqual([
      '# TYPE a_b histogram',
      '# TYPE a_b_gauge gauge',
      '# TYPE a_b_count_gauge gauge',
    ]);
    if (hasPromtool) expect(promtoolProblems(text)).toBe('');
  });

  it.each([
    ['adds up', AggregationTemporality.DELTA],
    ['takes as they are', AggregationTemporality.CUMULATIVE],
  ])('%s the points of a sender, by their temporality', async (_what, temporalityPreference) => {
    const collector = new TelemetryCollector();
    const served = await scraped(collector, { resourceLabels: [] });
    const receiver = await createOtlpReceiver({ collector, port: 0 });
    const exporter = new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics`, temporalityPreference });
    const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
    const meter = provider.getMeter('app');
    const counter = meter.createCounter('jobs', { unit: '{job}', description: 'Jobs that "ended".' });
    const histogram = meter.createHistogram('took', { unit: 's', advice: { explicitBucketBoundaries: [1, 2] } });
    for (let i = 0; i < 3; i += 1) {
      counter.add(2);
      histogram.record(1.5);
      await provider.forceFlush();
    }
    const text = await served.text();
    expect(lines(text, 'jobs_total')).toEqual(['jobs_total 6']);
    expect(lines(text, '# HELP jobs_total')).toEqual(['# HELP jobs_total Jobs that "ended".']);
    expect(lines(text, 'took_seconds')).toEqual([
      'took_seconds_bucket{le="1"} 0',
      'took_seconds_bucket{le="2"} 3',
      'took_seconds_bucket{le="+Inf"} 3',
      'took_seconds_sum 4.5',
      'took_seconds_count 3',
    ]);
    await provider.shutdown();
    await receiver.shutdown();
  });

  it('counts what is one series too many, and shows the others', async () => {
    const collector = new TelemetryCollector();
    const served = await scraped(collector, { maxSeries: 2 });
    for (const tank of ['a', 'b', 'c', 'd']) collector.collectMetric('level', 1, undefined, { tank });
    const text = await served.text();
    expect(lines(text, 'level{')).toEqual(['level{tank="a"} 1', 'level{tank="b"} 1']);
    expect(lines(text, 'rimp_exposition_left_out_total')).toEqual([
      'rimp_exposition_left_out_total{reason="too_many_series"} 2',
    ]);
  });

  it('leaves out a series that got no value for too long', async () => {
    let now = 0;
    const clock = { now: () => 1_700_000_000_000 + now, monotonic: () => now, after: () => () => undefined };
    const collector = new TelemetryCollector({}, { clock });
    const served = await scraped(collector, { expireAfterMillis: 1_000 });
    collector.collectMetric('old', 1);
    expect(lines(await served.text(), 'old')).toEqual(['old 1']);
    now = 900;
    collector.collectMetric('young', 1);
    now = 1_500;
    const text = await served.text();
    expect(lines(text, 'old')).toEqual([]);
    expect(lines(text, 'young')).toEqual(['young 1']);
  });

  it('needs no real-time listeners', async () => {
    const collector = new TelemetryCollector({ realtimeMode: false });
    const served = await scraped(collector);
    collector.collectMetric('level', 3);
    await collector.forceFlush();
    expect(lines(await served.text(), 'level')).toEqual(['level 3']);
  });

  it('compresses for who takes that', async () => {
    const served = await scraped(new TelemetryCollector());
    const body = await new Promise<Buffer>((resolve, reject) => {
      const headers = { 'accept-encoding': 'gzip' };
      request(`http://${served.address}/metrics`, { headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks)));
      })
        .on('error', reject)
        .end();
    });
    expect(gunzipSync(body).toString()).toContain('rimp_collector_accepted_total 0');
  });

  (hasPromtool ? it : it.skip)('writes what Prometheus reads, whatever names, tags and units are', async () => {
    const collector = new TelemetryCollector();
    const served = await scraped(collector);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('le', '__name__', 'a"b', 'x\ny', 'a\\', '', '9'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, fc.double(), text, fc.dictionary(text, fc.oneof(text, fc.boolean(), fc.double())))),
        async (metrics) => {
          for (const [name, value, unit, tags] of metrics) collector.collectMetric(name, value, unit, tags);
          expect(promtoolProblems(await served.text())).toBe('');
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('GET /metrics of the receiver', () => {
  it('shows what senders measured, by service, and where it went', async () => {
    const collector = new TelemetryCollector();
    const receiver = await createOtlpReceiver({ collector, port: 0 });
    const exporter = new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics` });
    const provider = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      readers: [new PeriodicExportingMetricReader({ exporter })],
    });
    provider.getMeter('app').createUpDownCounter('carts').add(3);
    await provider.forceFlush();
    const text = await (await fetch(`${receiver.url}/metrics`)).text();
    expect(lines(text, 'carts')).toEqual(['carts{service_name="shop"} 3']);
    expect(lines(text, 'rimp_sink_delivered_total')).toEqual(['rimp_sink_delivered_total{sink="storage"} 1']);
    await provider.shutdown();
    await receiver.shutdown();
    await collector.shutdown();
  });
});

describe('who may scrape', () => {
  const status = async (
    served: Scraped,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(`http://${served.address}/metrics`, { headers, method }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('refuses pages of other sites, names that a page could have resolved to this machine, and what is no GET', async () => {
    const served = await scraped(new TelemetryCollector(), { allowedHosts: ['metrics.example'] });
    expect(await status(served, {})).toBe(200);
    expect(await status(served, { host: 'evil.example' })).toBe(403);
    expect(await status(served, { host: 'metrics.example' })).toBe(200);
    expect(await status(served, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status(served, {}, 'POST')).toBe(405);
  });

  it('names its own options, not those of rimp serve, to what a proxy passes on', async () => {
    const served = await scraped(new TelemetryCollector());
    const response = await fetch(`http://${served.address}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    const text = await response.text();
    expect([response.status, text]).toEqual([403, expect.stringContaining('set "token", or name the host')]);
    expect(text).not.toMatch(/rimp|--/);
  });

  it('asks for the token, if there is one', async () => {
    const served = await scraped(new TelemetryCollector(), { token: 'secret' });
    expect(await status(served, {})).toBe(401);
    expect(await status(served, { authorization: 'Bearer other' })).toBe(401);
    expect(await status(served, { authorization: 'Bearer secret' })).toBe(200);
  });

  it('answers 503 when the collector has ended', async () => {
    const collector = new TelemetryCollector();
    const served = await scraped(collector);
    await collector.shutdown();
    expect(await status(served, {})).toBe(503);
  });

  it('names an option that is misspelt', async () => {
    expect(() => createPrometheusHandler(new TelemetryCollector(), { maxserie: 5 } as never)).toThrow(
      'did you mean "maxSeries"?',
    );
    expect(() => createPrometheusHandler({} as never)).toThrow('expected a TelemetryCollector');
  });
});
