import { afterEach, describe, expect, it } from '@jest/globals';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { type TelemetryEvent } from 'rimp-telemetry';
import { lowest } from '../helpers/generations.js';
import { expectBalance } from '../helpers/ledger.js';
import { otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { post } from '../helpers/otlp.js';
import { EXAMPLES, example, examplesHere } from '../helpers/otlp-examples.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';
import { until } from '../helpers/until.js';

afterEach(endReceivers);

describe('what others send', () => {
  const encodings = [
    ['JSON', JsonLogExporter, JsonMetricExporter],
    ['protobuf', ProtoLogExporter, ProtoMetricExporter],
  ] as const;

  it.each(encodings)('takes logs of the official exporter in %s', async (_name, LogExporter, _MetricExporter) => {
    const { receiver, collector } = await receive();
    const exporter = new LogExporter({ url: `${receiver.url}/v1/logs`, compression: 'gzip' as never });
    const processor = new BatchLogRecordProcessor(Object.assign(exporter, { exporter }) as never);
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop', 'host.name': 'a' }),
      processors: [processor],
    });
    provider.getLogger('cart', '1.2').emit({
      timestamp: [1_700_000_000, 123_456_789],
      observedTimestamp: [1_700_000_001, 0],
      severityNumber: 14,
      severityText: 'WARN2',
      body: 'low on stock',
      eventName: 'stock.low',
      attributes: {
        'log.record.uid': 'the-id',
        text: 'é\u{1F600}',
        int: -5,
        double: 0.25,
        yes: true,
        list: ['a', 'b'],
        bytes: new Uint8Array([0, 255]),
        ...(!lowest && { map: { deep: { x: 1 } } }),
      },
    });
    await provider.forceFlush();
    await provider.shutdown();
    const { events } = await collector.storage.retrieve();
    expect(events).toEqual([
      expect.objectContaining({
        eventId: 'the-id',
        timestamp: new Date(1_700_000_000_123),
        eventType: 'warning',
        source: 'cart',
        message: 'low on stock',
        metadata: {
          text: 'é\u{1F600}',
          int: -5,
          double: 0.25,
          yes: true,
          list: ['a', 'b'],
          bytes: new Uint8Array([0, 255]),
          ...(!lowest && { map: { deep: { x: 1 } } }),
        },
        otel: {
          severityNumber: 14,
          severityText: 'WARN2',
          // the lowest version of the SDK sends none
          ...(!lowest && { eventName: 'stock.low' }),
          scopeVersion: '1.2',
          timeUnixNano: '1700000000123456789',
          observedTimeUnixNano: '1700000001000000000',
          resource: { 'service.name': 'shop', 'host.name': 'a' },
        },
      }),
    ]);
    expectBalance(collector);
    expect(receiver.figures.logs).toEqual({ accepted: 1, delivered: 1, queued: 0, dropped: {} });
  });

  it.each(encodings)('takes metrics of the official exporter in %s', async (_name, _LogExporter, MetricExporter) => {
    const { receiver, collector } = await receive();
    const reader = new PeriodicExportingMetricReader({
      exporter: new MetricExporter({ url: `${receiver.url}/v1/metrics` }),
    });
    const provider = new MeterProvider({
      readers: [reader as never],
      views: [
        {
          instrumentName: 'exp',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 20 } },
        },
      ],
    });
    const meter = provider.getMeter('app', '2');
    meter.createCounter('requests', { unit: '{request}', description: 'how many' }).add(3, { route: '/' });
    meter.createUpDownCounter('open').add(-2);
    meter.createGauge('level').record(0.5, { pump: 1 });
    const advice = { explicitBucketBoundaries: [10, 20] };
    meter.createHistogram('time', { unit: 'ms', advice }).record(15);
    meter.createHistogram('exp').record(4);
    await provider.forceFlush();
    await provider.shutdown();
    const { metrics } = await collector.storage.retrieve();
    const by = new Map(metrics.map((metric) => [metric.name, metric]));
    expect(by.get('requests')).toMatchObject({
      value: 3,
      unit: '{request}',
      tags: { route: '/' },
      otel: { kind: 'sum', temporality: 'cumulative', monotonic: true, description: 'how many', scopeName: 'app' },
    });
    expect(by.get('open')).toMatchObject({ value: -2, otel: { kind: 'sum', monotonic: false } });
    expect(by.get('level')).toMatchObject({ value: 0.5, tags: { pump: 1 }, otel: { kind: 'gauge' } });
    expect(by.get('time.count')).toMatchObject({
      value: 1,
      unit: '1',
      otel: {
        instrument: 'time',
        unit: 'ms',
        histogram: { count: 1, sum: 15, min: 15, max: 15, buckets: { boundaries: [10, 20], counts: [0, 1, 0] } },
      },
    });
    expect(by.get('time.sum')).toMatchObject({ value: 15, unit: 'ms' });
    expect(by.get('exp.count')).toMatchObject({
      otel: {
        kind: 'exponential_histogram',
        histogram: { count: 1, sum: 4, zeroCount: 0, positive: { bucketCounts: [1] } },
      },
    });
    expectBalance(collector);
  });

  const here = otelcolProgram() !== undefined;
  if (!here) process.stderr.write('SKIPPED: there is no OpenTelemetry Collector here (set OTELCOL to its program)\n');
  (here && examplesHere ? it : it.skip).each(['json', 'proto'] as const)(
    'takes what the Collector sends on as %s',
    async (encoding) => {
      const { receiver, collector } = await receive();
      const direct = await receive();
      const otelcol = await startOtelcol(receiver.url, { encoding, gzip: true });
      for (const [signal, name] of EXAMPLES) {
        for (const url of [otelcol.url, direct.receiver.url])
          expect((await post(`${url}/v1/${signal}`, example(name))).status).toBe(200);
      }
      const straight = await direct.collector.storage.retrieve();
      await until(() => collector.health().delivered >= straight.size);
      await otelcol.stop();
      const through = await collector.storage.retrieve();
      const plain = (event: object): object => ({ ...event, eventId: undefined });
      const bySource = (a: TelemetryEvent, b: TelemetryEvent): number => a.message.localeCompare(b.message);
      expect([...through.events].sort(bySource).map(plain)).toEqual([...straight.events].sort(bySource).map(plain));
      expect(through.metrics.map(({ name }) => name).sort()).toEqual(straight.metrics.map(({ name }) => name).sort());
    },
  );

  (examplesHere ? it : it.skip)('takes the examples of the protocol', async () => {
    const { receiver, collector } = await receive();
    for (const [signal, name] of EXAMPLES) {
      const { status, text } = await post(`${receiver.url}/v1/${signal}`, example(name));
      expect([status, text]).toEqual([200, '{}']);
    }
    const { events, metrics } = await collector.storage.retrieve();
    expect(events[0]).toMatchObject({
      timestamp: new Date(1_544_712_660_300),
      eventType: 'info',
      source: 'my.library',
      message: 'Example log record',
      metadata: { 'int.attribute': 10, 'double.attribute': 637.704, 'map.attribute': { 'some.map.key': 'some value' } },
      otel: { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', severityNumber: 10 },
    });
    expect(metrics.map(({ name }) => name)).toEqual(expect.arrayContaining(['my.counter', 'my.histogram.count']));
    expect(events.at(-1)).toMatchObject({
      source: 'my.library',
      message: "I'm a server span",
      metadata: { 'my.span.attr': 'some value' },
      otel: { span: { kind: 'server', parentSpanId: 'eee19b7ec3c1b173' } },
    });
    expect(receiver.figures.traces).toEqual({ accepted: 1, delivered: 1, queued: 0, dropped: {} });
  });
});
