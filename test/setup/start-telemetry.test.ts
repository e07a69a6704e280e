import { afterEach, describe, expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { nodeSdkOptions, startTelemetry, TelemetryCollector } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';
import { logs } from '../helpers/logs-api.js';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

const environment = { ...process.env };
afterEach(async () => {
  await closeSinks();
  process.env = { ...environment };
  logs.disable();
  metrics.disable();
});

describe('startTelemetry', () => {
  it.each(['http/json', 'http/protobuf'] as const)('exports over %s, and counts it', async (protocol) => {
    const sink = await otlpSink();
    const telemetry = startTelemetry({
      serviceName: 'shop',
      otlp: { endpoint: `${sink.url}/`, protocol, compression: 'gzip', headers: { 'x-key': 'k' } },
    });
    const event = telemetry.collector.collectEvent('till', 'sold', 'error', { n: 1 });
    telemetry.collector.collectMetric('sum', 5, 'EUR');
    logs.getLogger('lib').emit({ body: 'foreign' });
    metrics.getMeter('lib').createCounter('c').add(2);
    expect((await telemetry.shutdown()).errors).toEqual([]);
    const health = telemetry.collector.health();
    expect(health.sinks['otlp-logs']).toEqual({ accepted: 2, delivered: 2, queued: 0, dropped: {} });
    expect(health.sinks['otlp-metrics']).toEqual({ accepted: 2, delivered: 2, queued: 0, dropped: {} });
    expect(health.sinks.storage).toMatchObject({ delivered: 4 });
    expectBalance(telemetry.collector);
    expect(sink.requests.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/metrics']);
    expect(sink.requests[0]?.headers).toMatchObject({
      'x-key': 'k',
      'content-encoding': 'gzip',
      'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    });
    if (protocol === 'http/json') {
      const records = jsonRecords(sink.requests);
      expect(records.map(({ scope }) => scope).sort()).toEqual(['lib', 'till']);
      expect(records.find(({ scope }) => scope === 'till')?.record).toMatchObject({
        severityNumber: 17,
        body: { stringValue: 'sold' },
      });
      expect(JSON.stringify(records)).toContain(event?.eventId);
      expect(sink.requests[0]?.body.toString()).toContain('"shop"');
    } else {
      expect(sink.requests.some(({ body }) => body.includes('sold'))).toBe(true);
    }
  });

  it('takes from the environment what the options leave open', async () => {
    const sink = await otlpSink();
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-from=env',
      OTEL_SERVICE_NAME: 'named',
      OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b',
      OTEL_METRICS_EXPORTER: 'none',
    });
    const telemetry = startTelemetry();
    telemetry.collector.collectEvent('a', 'b');
    await telemetry.shutdown();
    expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/logs']);
    const body = sink.requests[0]?.body.toString();
    expect(body).toContain('"named"');
    expect(body).toContain('"a b"');
    expect(sink.requests[0]?.headers['x-from']).toBe('env');
    expect((await telemetry.collector.storage.retrieve()).events[0]?.otel?.resource).toMatchObject({
      'service.name': 'named',
      'process.pid': process.pid,
    });
  });

  it('exports nowhere without an endpoint, and works by itself if the SDK is disabled', async () => {
    const silent = startTelemetry({ register: false });
    silent.collector.collectEvent('a', 'b');
    expect((await silent.shutdown()).complete).toBe(true);
    expect(Object.keys(silent.collector.health().sinks)).toEqual(['storage']);
    process.env.OTEL_SDK_DISABLED = 'TRUE';
    const disabled = startTelemetry({ otlp: { endpoint: 'http://127.0.0.1:1' } });
    disabled.collector.collectEvent('a', 'b');
    disabled.meterProvider.getMeter('m').createCounter('c').add(1);
    expect((await disabled.shutdown()).complete).toBe(true);
    expect((await disabled.collector.storage.retrieve()).size).toBe(1);
  });

  it('names what is wrong with the options', () => {
    expect(() => startTelemetry({ servicename: 'x' } as object)).toThrow(/did you mean "serviceName"/);
    expect(() => startTelemetry({ otlp: { endpoint: 'nowhere' } })).toThrow(
      /"otlp.endpoint" to be an http or https URL, got "nowhere"/,
    );
    expect(() => startTelemetry({ otlp: { protocol: 'grpc' as never } })).toThrow(
      /"http\/protobuf" or "http\/json", got "grpc"/,
    );
    expect(() => startTelemetry({ otlp: { endpiont: 'x' } as object })).toThrow(/did you mean "endpoint"/);
  });

  it('loses none of a burst of 100,000 at its defaults', async () => {
    const sink = await otlpSink();
    const telemetry = startTelemetry({ register: false, otlp: { endpoint: sink.url } });
    for (let i = 0; i < 100_000; i += 1) telemetry.collector.collectEvent('burst', `event ${i}`);
    expectBalance(telemetry.collector);
    await telemetry.forceFlush();
    expect(telemetry.collector.health().sinks['otlp-logs']).toEqual({
      accepted: 100_000,
      delivered: 100_000,
      queued: 0,
      dropped: {},
    });
    expect(telemetry.collector.health().sinks.storage?.delivered).toBe(100_000);
    await telemetry.shutdown();
  }, 60_000);

  it('counts what finds no room, and what the receiver refuses', async () => {
    const sink = await otlpSink(() => 400);
    const telemetry = startTelemetry({ register: false, otlp: { endpoint: sink.url, maxQueueSize: 10 } });
    for (let i = 0; i < 25; i += 1) {
      telemetry.collector.collectEvent('a', 'b');
      expectBalance(telemetry.collector);
    }
    await telemetry.shutdown({ timeoutMillis: 10_000 });
    expect(telemetry.collector.health().sinks['otlp-logs']).toEqual({
      accepted: 25,
      delivered: 0,
      queued: 0,
      dropped: { queue_full: 15, refused: 10 },
    });
    expect(telemetry.collector.health().sinks.storage?.delivered).toBe(25);
  });

  it('ends within its time if the receiver never answers', async () => {
    const sink = await otlpSink(() => undefined);
    const telemetry = startTelemetry({
      register: false,
      otlp: { endpoint: sink.url, timeoutMillis: 600 },
    });
    telemetry.collector.collectEvent('a', 'b');
    const result = await telemetry.shutdown({ timeoutMillis: 200 });
    expect(result.complete).toBe(false);
    expect(telemetry.collector.health().sinks['otlp-logs']).toMatchObject({
      accepted: 1,
      dropped: { shutdown_timeout: 1 },
    });
    expect(telemetry.collector.health().sinks.storage?.delivered).toBe(1);
  });
});

describe('nodeSdkOptions', () => {
  it('gives NodeSDK our parts, and the OTLP ones of the environment', async () => {
    const sink = await otlpSink();
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_EXPORTER: 'none',
    });
    const collector = new TelemetryCollector();
    const sdk = new NodeSDK({ ...nodeSdkOptions(collector), instrumentations: [], autoDetectResources: false });
    sdk.start();
    logs.getLogger('lib').emit({ body: 'through NodeSDK' });
    collector.collectEvent('own', 'facade');
    metrics.getMeter('lib').createCounter('c').add(1);
    await sdk.shutdown();
    expect((await collector.storage.retrieve()).events.map(({ source }) => source)).toEqual(['lib', 'own']);
    expect((await collector.storage.retrieve()).metrics.map(({ name }) => name)).toContain('c');
    expect(
      jsonRecords(sink.requests)
        .map(({ scope }) => scope)
        .sort(),
    ).toEqual(['lib', 'own']);
  });
});
