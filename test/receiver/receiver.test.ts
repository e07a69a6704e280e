import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  type CollectorOptions,
  createOtlpReceiver,
  type OtlpReceiver,
  type OtlpReceiverOptions,
  StorageError,
  TelemetryCollector,
  type TelemetryConfigInit,
  type TelemetryEvent,
} from 'rimp-telemetry';
import { lowest } from '../helpers/generations.js';
import { expectBalance } from '../helpers/ledger.js';
import { otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { logsRequest, post } from '../helpers/otlp.js';
import { EXAMPLES, example, examplesHere } from '../helpers/otlp-examples.js';
import { until } from '../helpers/until.js';

const open: { shutdown(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.shutdown();
});

async function receive(
  options: Partial<OtlpReceiverOptions> = {},
  config: TelemetryConfigInit = {},
  collectorOptions: CollectorOptions = {},
): Promise<{ receiver: OtlpReceiver; collector: TelemetryCollector }> {
  const collector = new TelemetryCollector(config, { includeResource: 'all', ...collectorOptions });
  open.push(collector);
  const receiver = await createOtlpReceiver({ port: 0, ...options, collector });
  open.push(receiver);
  return { receiver, collector };
}

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
        if (signal === 'traces') continue;
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
    expect(receiver.figures.traces).toEqual({ accepted: 1, delivered: 0, queued: 0, dropped: { not_kept: 1 } });
  });

  it('takes times and integers as text and as numbers, exactly', async () => {
    const { receiver, collector } = await receive();
    const body =
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":1544712660300000001,"attributes":[' +
      '{"key":"big","value":{"intValue":9007199254740993}},{"key":"text","value":{"intValue":"9223372036854775807"}},' +
      '{"key":"quoted","value":{"stringValue":"a: 1544712660300000001, \\" 1544712660300000001 "}},' +
      '{"key":"safe","value":{"intValue":"42"}}],"newField":{"x":1}},{"timeUnixNano":"1544712660300000002"}]}]}]}';
    expect((await post(`${receiver.url}/v1/logs`, body)).status).toBe(200);
    const { events } = await collector.storage.retrieve();
    expect(events.map(({ otel }) => otel?.timeUnixNano)).toEqual(['1544712660300000001', '1544712660300000002']);
    expect(events[0]?.metadata).toEqual({
      big: '9007199254740993',
      text: '9223372036854775807',
      quoted: 'a: 1544712660300000001, " 1544712660300000001 ',
      safe: 42,
    });
  });

  it('takes bytes as base64 of both alphabets, and as older JavaScript exporters write them', async () => {
    const { receiver, collector } = await receive();
    const values = ['AP+/', 'AP-_', 'AP8=', 'AP8', { 0: 0, 1: 255 }];
    const attributes = values.map((bytesValue, i) => ({ key: String(i), value: { bytesValue } }));
    expect((await post(`${receiver.url}/v1/logs`, logsRequest({ attributes }))).text).toBe('{}');
    const [event] = (await collector.storage.retrieve()).events;
    const [three, two] = [new Uint8Array([0, 255, 191]), new Uint8Array([0, 255])];
    expect(event?.metadata).toEqual({ 0: three, 1: three, 2: two, 3: two, 4: two });
  });

  it('takes summaries, and points without a value', async () => {
    const { receiver, collector } = await receive();
    const time = { timeUnixNano: '1544712660000000000' };
    const metrics = [
      {
        name: 'rpc',
        unit: 's',
        summary: {
          dataPoints: [
            {
              ...time,
              count: '4',
              sum: 2.5,
              quantileValues: [
                { quantile: 0.5, value: 0.1 },
                { quantile: 1, value: 2 },
              ],
            },
          ],
        },
      },
      {
        name: 'gone',
        gauge: {
          dataPoints: [
            { ...time, flags: 1 },
            { ...time, asInt: '7' },
          ],
        },
      },
    ];
    const body = { resourceMetrics: [{ scopeMetrics: [{ scope: { name: 's' }, metrics }] }] };
    expect((await post(`${receiver.url}/v1/metrics`, body)).status).toBe(200);
    const stored = (await collector.storage.retrieve()).metrics;
    expect(stored.map(({ name, value, tags, unit }) => ({ name, value, tags, unit }))).toEqual([
      { name: 'rpc.count', value: 4, tags: undefined, unit: '1' },
      { name: 'rpc.sum', value: 2.5, tags: undefined, unit: 's' },
      { name: 'rpc', value: 0.1, tags: { quantile: '0.5' }, unit: 's' },
      { name: 'rpc', value: 2, tags: { quantile: '1' }, unit: 's' },
      { name: 'gone', value: 7, tags: undefined, unit: undefined },
    ]);
  });

  it('answers empty requests, in both encodings, as taken', async () => {
    const { receiver } = await receive();
    for (const signal of ['logs', 'metrics', 'traces']) {
      expect(await post(`${receiver.url}/v1/${signal}`, {})).toMatchObject({ status: 200, text: '{}' });
      const empty = await post(`${receiver.url}/v1/${signal}`, new Uint8Array());
      expect(empty).toMatchObject({ status: 200, text: '' });
      expect(empty.headers.get('content-type')).toBe('application/x-protobuf');
    }
  });
});

describe('what is wrong', () => {
  it('takes what can be read of a request, and says what could not', async () => {
    const { receiver, collector } = await receive();
    const good = { body: { stringValue: 'good' } };
    const { status, text } = await post(
      `${receiver.url}/v1/logs`,
      logsRequest(good, { body: 'no value' }, good, { timeUnixNano: 'noon' }),
    );
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'expected "value" to be an object, got a string' } },
    ]);
    expect((await collector.storage.retrieve()).events.length).toBe(2);
    // field 2 of a record, which is a number, as text; then a good one with the body "ok"
    const bad = Buffer.from([0x0a, 13, 0x12, 11, 0x12, 2, 0x12, 0, 0x12, 5, 0x2a, 4 - 1, 0x0a, 1, 0x6f].slice(0, 15));
    const answer = await post(`${receiver.url}/v1/logs`, bad);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('severityNumber has the wire type 2, expected 0');
    expect((await collector.storage.retrieve()).events.map(({ message }) => message)).toEqual(['good', 'good', 'o']);
    expect(receiver.figures.logs).toEqual({ accepted: 6, delivered: 3, queued: 0, dropped: { not_readable: 3 } });
  });

  it('refuses garbage in the encoding of the request, with what was expected', async () => {
    const { receiver, collector } = await receive({ maxBodyBytes: 5_000, maxDecompressedBytes: 20_000 });
    const url = `${receiver.url}/v1/logs`;
    const cases: [Promise<Awaited<ReturnType<typeof post>>>, number, string][] = [
      [post(url, '{"resourceLogs":'), 400, 'expected JSON'],
      [post(url, '[]'), 400, 'to be an object, got a list'],
      [post(url, '{"resourceLogs":3}'), 400, 'to be a list, got a number'],
      [post(url, logsRequest({ body: 1 })), 400, 'to be an object, got a number'],
      [post(url, new Uint8Array([0x0a, 200, 1])), 400, 'it ends too early'],
      [post(url, Buffer.alloc(300, 0xff)), 400, 'ExportLogsServiceRequest'],
      [post(url, '{}', { 'content-type': 'text/plain' }), 415, 'expected the Content-Type'],
      [post(url, '{}', { 'content-encoding': 'br' }), 415, 'expected the Content-Encoding gzip'],
      [post(url, 'x'.repeat(6_000)), 413, 'expected a body of at most 5000 bytes'],
      [post(url, 'x'.repeat(30_000), { 'content-encoding': 'gzip' }), 413, 'decompressed body of at most 20000 bytes'],
      [post(`${receiver.url}/v1/log`, '{}'), 404, '/v1/logs'],
      [
        fetch(url).then(async (r) => ({
          status: r.status,
          headers: r.headers,
          text: await r.text(),
          bytes: new Uint8Array(),
        })),
        405,
        'POST',
      ],
    ];
    for (const [pending, status, words] of cases) {
      const answer = await pending;
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
    }
    const gzip = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
    const broken = await fetch(url, { method: 'POST', headers: gzip, body: 'no gzip' });
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining('expected a body in gzip')]);
    expect(collector.health().accepted).toBe(0);
  });

  it('takes the points of a metric that can be read, and counts the others', async () => {
    const { receiver, collector } = await receive();
    const dataPoints = Array.from({ length: 100 }, (_, i) => (i === 50 ? { asDouble: 'x' } : { asDouble: i }));
    const body = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints } }] }] }] };
    const { status, text } = await post(`${receiver.url}/v1/metrics`, body);
    expect([status, text]).toEqual([200, expect.stringContaining('"rejectedDataPoints":"1"')]);
    expect((await collector.storage.retrieve()).metrics.length).toBe(99);
    expect(receiver.figures.metrics).toEqual({ accepted: 100, delivered: 99, queued: 0, dropped: { not_readable: 1 } });
  });

  it('is not led astray by names that objects have by themselves', async () => {
    const { receiver } = await receive({ token: 'secret' });
    for (const name of ['constructor', '__proto__', 'hasownproperty']) {
      const answer = await post(`${receiver.url}/v1/logs`, '{}', { 'content-type': name });
      expect([401, 415]).toContain(answer.status);
      expect((await post(`${receiver.url}/${name}`, '{}')).status).toBe(404);
    }
  });

  it('looks through long integers and broken strings in a moment', async () => {
    const { receiver } = await receive();
    const body = `{"a":12345678901234567890,"b":"${'\\"'.repeat(400_000)}`;
    const before = performance.now();
    expect((await post(`${receiver.url}/v1/logs`, body)).status).toBe(400);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('wants what is too much for one request in pieces', async () => {
    const { receiver, collector } = await receive();
    const records = Buffer.alloc(2 * 300_000);
    for (let i = 0; i < records.length; i += 2) records[i] = 0x12;
    const answer = await post(`${receiver.url}/v1/logs`, wrap(0x0a, wrap(0x12, records)), {
      'content-encoding': 'gzip',
    });
    expect([answer.status, answer.text]).toEqual([413, expect.stringContaining('expected at most 250000 resources')]);
    expect(collector.health().accepted).toBe(0);
  });

  it('does not say of more than a storage can queue that it is stored', async () => {
    const { receiver, collector } = await receive({}, { bufferSize: 10 }, { maxQueueSize: 1_000, maxEvents: 100_000 });
    let stored = 0;
    collector.addSink('slow', {
      store: async (data) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        stored += data.size;
      },
    });
    const { status } = await post(`${receiver.url}/v1/logs`, logsRequest(...Array.from({ length: 5_000 }, () => ({}))));
    expect([status, collector.health().sinks.slow?.dropped]).toEqual([200, {}]);
    expect(stored).toBe(5_000);
  });

  it('wants the token if one is set', async () => {
    const { receiver } = await receive({ token: 'secret' });
    const url = `${receiver.url}/v1/logs`;
    expect((await post(url, {})).status).toBe(401);
    expect((await post(url, {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post(url, {}, { authorization: 'Bearer secret' })).status).toBe(200);
  });

  it('survives bombs, deep nesting and keys that mean something elsewhere', async () => {
    const { receiver, collector } = await receive();
    const url = `${receiver.url}/v1/logs`;
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const sent = await fetch(url, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/x-protobuf' },
      body: bomb,
    });
    expect(sent.status).toBe(413);
    const deep = `${'{"arrayValue":{"values":['.repeat(5_000)}${']}}'.repeat(5_000)}`;
    const nested = await post(url, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${deep}},{}]}]}]}`);
    expect([nested.status, nested.text]).toEqual([200, expect.stringContaining('nested deeper than 64 levels')]);
    expect((await post(url, '['.repeat(1_000_000))).status).toBe(400);
    // 10,000 levels of an array in an array
    let value = Buffer.from([0x08]);
    for (let i = 0; i < 10_000; i += 1) {
      const list = Buffer.concat([Buffer.from([0x0a]), varint(value.length), value]);
      value = Buffer.concat([Buffer.from([0x2a]), varint(list.length), list]);
    }
    const body = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, value))));
    expect((await post(url, body)).status).toBe(400);
    const keys = ['__proto__', 'constructor', ''].map((key) => ({
      key,
      value: { kvlistValue: { values: [{ key, value: { stringValue: 'x' } }] } },
    }));
    expect((await post(url, logsRequest({ attributes: keys }))).status).toBe(200);
    const { events } = await collector.storage.retrieve();
    expect(Object.keys(events.at(-1)?.metadata ?? {}).sort()).toEqual(['', '__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('ends slow clients, and answers others meanwhile', async () => {
    const { receiver } = await receive({ headersTimeoutMillis: 300, requestTimeoutMillis: 600 });
    const slow = Array.from({ length: 20 }, (_, i) => {
      const socket = connect(receiver.port, '127.0.0.1');
      socket.on('error', () => undefined);
      const start = 'POST /v1/logs HTTP/1.1\r\nHost: x\r\n';
      socket.write(i % 2 === 0 ? start : `${start}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
      return new Promise<string>((resolve) => {
        let text = '';
        socket.on('data', (chunk) => {
          text += String(chunk);
        });
        socket.on('close', () => resolve(text));
      });
    });
    expect((await post(`${receiver.url}/v1/logs`, {})).status).toBe(200);
    for (const text of await Promise.all(slow)) expect(text === '' || text.startsWith('HTTP/1.1 408')).toBe(true);
    expect((await post(`${receiver.url}/v1/logs`, {})).status).toBe(200);
  });

  it('answers 429 when more comes in than it may hold, and takes the rest', async () => {
    const { receiver, collector } = await receive({ maxInFlightBytes: 250_000 });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let handed = 0;
    collector.addSink('slow', {
      store: (data) => {
        handed += data.size;
        return released;
      },
    });
    const send = () => post(`${receiver.url}/v1/logs`, logsRequest({ body: { stringValue: 'x'.repeat(100_000) } }));
    const waiting = [send(), send()];
    await until(() => collector.health().accepted === 2 && handed > 0);
    const refused = await send();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    release();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    expect((await send()).status).toBe(200);
  });

  it('answers 503 while the storage fails, so that the sender comes again', async () => {
    let fails = true;
    const stored: string[] = [];
    const storage = {
      store: async (data: { events: readonly { eventId: string }[] }) => {
        if (fails) throw new StorageError('the disk is away', { permanent: false });
        stored.push(...data.events.map(({ eventId }) => eventId));
      },
    };
    const { receiver, collector } = await receive();
    collector.addSink('slow', storage);
    const request = logsRequest({ attributes: [{ key: 'log.record.uid', value: { stringValue: 'a' } }] });
    const first = await post(`${receiver.url}/v1/logs`, request);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '5']);
    fails = false;
    expect((await post(`${receiver.url}/v1/logs`, request)).status).toBe(200);
    expect(new Set(stored)).toEqual(new Set(['a']));
    // what a storage refuses for good is not to come again
    collector.addSink('lost', {
      store: async () => {
        throw new StorageError('no', { permanent: true });
      },
    });
    const refused = await post(`${receiver.url}/v1/logs`, request);
    expect([refused.status, refused.text]).toEqual([200, expect.stringContaining('"rejectedLogRecords":"1"')]);
  });
});

it('names what is wrong with its options, and an address that is in use', async () => {
  const { receiver, collector } = await receive();
  await expect(createOtlpReceiver({ collector, port: receiver.port })).rejects.toThrow(/can't listen on .*EADDRINUSE/);
  await expect(createOtlpReceiver({ collector, prot: 1 } as never)).rejects.toThrow('did you mean "port"?');
  await expect(createOtlpReceiver({ collector: {} as never })).rejects.toThrow('to be a TelemetryCollector');
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push((left & 127) | 128);
    left = Math.floor(left / 128);
  }
  return Buffer.from([...bytes, left]);
}

function wrap(tag: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), varint(value.length), value]);
}
