import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createOtlpReceiver, RimpMetricReader, TelemetryCollector } from 'rimp-telemetry';
import type { Overview } from '../../src/view/api-types.js';
import { ManualClock } from '../helpers/clock.js';
import { closeViews, serveView } from '../helpers/live-view.js';
import { post } from '../helpers/otlp.js';
import { ViewApi } from '../helpers/view-api.js';

const api = new ViewApi();
beforeEach(() => api.start());
afterEach(closeViews);

const attributes = (map: Readonly<Record<string, string>>): object[] =>
  Object.entries(map).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** A counter as a sender exports it. */
function counter(
  scope: string,
  name: string,
  ...points: [value: number, tags: Readonly<Record<string, string>>][]
): { readonly resource: { readonly attributes: object[] }; readonly scopeMetrics: readonly object[] } {
  const dataPoints = points.map(([value, tags]) => ({
    asInt: String(value),
    attributes: attributes(tags),
    timeUnixNano: '1795514400000000000',
  }));
  const metric = { name, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } };
  return {
    resource: { attributes: attributes({ 'service.name': 'till' }) },
    scopeMetrics: [{ scope: { name: scope }, metrics: [metric] }],
  };
}

it('says what senders lost before it came here, of each of their sinks and parts of their SDKs', async () => {
  const receiver = await createOtlpReceiver({ collector: api.collector, port: 0 });
  const sink = { sink: 'otlp-logs' };
  const part = { 'otel.component.name': 'batching_log_processor/0' };
  const sdk = '@opentelemetry/sdk-logs';
  const resourceMetrics = [
    counter('rimp-telemetry', 'rimp.items.accepted', [10, sink]),
    counter('rimp-telemetry', 'rimp.items.delivered', [6, sink]),
    counter('rimp-telemetry', 'rimp.items.dropped', [4, { ...sink, reason: 'queue_full' }]),
    counter(sdk, 'otel.sdk.processor.log.processed', [90, part], [9, { ...part, 'error.type': 'queue_full' }]),
    // counters are cumulative: the last point is what counts
    counter(sdk, 'otel.sdk.processor.log.processed', [10, { ...part, 'error.type': 'queue_full' }]),
    // somebody else's metric of that name is none of ours
    counter('shop', 'rimp.items.dropped', [100, { sink: 'other', reason: 'queue_full' }]),
  ];
  expect((await post(`${receiver.url}/v1/metrics`, { resourceMetrics })).status).toBe(200);
  const { ledgers } = await api.get<Overview>('overview');
  const lost = (count: number): object => ({ reason: 'queue_full', count, words: expect.any(String) });
  expect(ledgers.filter(({ note }) => note !== undefined)).toMatchObject([
    { name: 'till: otlp-logs', accepted: 10, delivered: 6, dropped: [lost(4)] },
    { name: 'till: batching_log_processor/0', accepted: 100, delivered: 90, dropped: [lost(10)] },
  ]);
  await receiver.shutdown();
});

it('adds up what a sender with delta temporality lost', async () => {
  const receiver = await createOtlpReceiver({ collector: api.collector, port: 0 });
  for (const count of [3, 4]) {
    const points = counter('rimp-telemetry', 'rimp.items.dropped', [
      count,
      { sink: 'otlp-logs', reason: 'queue_full' },
    ]);
    const resourceMetrics = [
      JSON.parse(JSON.stringify(points).replace('"aggregationTemporality":2', '"aggregationTemporality":1')),
    ];
    expect((await post(`${receiver.url}/v1/metrics`, { resourceMetrics })).status).toBe(200);
  }
  const { ledgers } = await api.get<Overview>('overview');
  expect(ledgers.find(({ name }) => name === 'till: otlp-logs')?.dropped).toMatchObject([{ count: 7 }]);
  await receiver.shutdown();
});

it('adds up what the replicas of a service lost, one of which has the process id of this process', async () => {
  const receiver = await createOtlpReceiver({ collector: api.collector, port: 0 });
  const lostBy = (count: number, pid: number, host: string): object => {
    const metric = counter('rimp-telemetry', 'rimp.items.dropped', [count, { sink: 'file', reason: 'queue_full' }]);
    metric.resource.attributes.push(
      { key: 'process.pid', value: { intValue: String(pid) } },
      ...attributes({ 'service.instance.id': host }),
    );
    return metric;
  };
  const resourceMetrics = [lostBy(3, process.pid, 'a'), lostBy(2, process.pid, 'b'), lostBy(5, process.pid, 'a')];
  expect((await post(`${receiver.url}/v1/metrics`, { resourceMetrics })).status).toBe(200);
  const { ledgers } = await api.get<Overview>('overview');
  expect(ledgers.filter(({ note }) => note !== undefined)).toMatchObject([
    { name: 'till: file', dropped: [{ count: 7 }] },
  ]);
  await receiver.shutdown();
});

it('keeps the losses of senders that have ended, not what was queued there, and has room for those that come', async () => {
  const clock = new ManualClock();
  const { collector, url } = await serveView({}, new TelemetryCollector({}, { clock }));
  const receiver = await createOtlpReceiver({ collector, port: 0 });
  const sink = { sink: 'file' };
  const restarted = (pid: number): object[] =>
    [
      counter('rimp-telemetry', 'rimp.items.dropped', [1, { ...sink, reason: 'queue_full' }]),
      counter('rimp-telemetry', 'rimp.items.queued', [5, sink]),
    ].map((metric) => {
      metric.resource.attributes.push({ key: 'process.pid', value: { intValue: String(pid) } });
      return metric;
    });
  const senders = async (from: number, to: number): Promise<Overview['ledgers']> => {
    const resourceMetrics = Array.from({ length: to - from }, (_, i) => restarted(from + i)).flat();
    expect((await post(`${receiver.url}/v1/metrics`, { resourceMetrics })).status).toBe(200);
    const { ledgers } = (await (await fetch(`${url}/api/overview`)).json()) as Overview;
    return ledgers.filter(({ note }) => note !== undefined);
  };
  expect(await senders(0, 1_001)).toMatchObject([
    { name: 'till: file', queued: 5_000, dropped: [{ count: 1_000 }] },
    { name: 'further senders' },
  ]);
  clock.advance(301_000);
  expect(await senders(2_000, 2_500)).toMatchObject([
    { name: 'till: file', queued: 2_500, dropped: [{ count: 1_500 }] },
    { name: 'further senders' },
  ]);
  // some were only silent
  clock.advance(301_000);
  expect(await senders(0, 800)).toMatchObject([
    { name: 'till: file', queued: 4_000, dropped: [{ count: 1_500 }] },
    { name: 'further senders' },
  ]);
  await receiver.shutdown();
});

it('does not say again what this process counts itself', async () => {
  const { collector, url } = await serveView({}, new TelemetryCollector({}, { selfMetrics: true }));
  const reader = new RimpMetricReader(collector);
  const meterProvider = new MeterProvider({ readers: [reader] });
  collector.useProviders({ meterProvider });
  collector.collectEvent('shop', 'one');
  collector.flush();
  await meterProvider.forceFlush();
  const metrics = (await collector.storage.retrieve({ kinds: ['metric'] })).metrics;
  await collector.forceFlush();
  const { ledgers } = (await (await fetch(`${url}/api/overview`)).json()) as Overview;
  expect(metrics.map(({ name }) => name)).toContain('rimp.items.accepted');
  expect(ledgers.filter(({ note }) => note !== undefined)).toEqual([]);
  await meterProvider.shutdown();
});
