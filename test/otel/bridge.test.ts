import { afterEach, describe, expect, it } from '@jest/globals';
import { context, metrics, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { RimpLogRecordProcessor, TelemetryCollector } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { lowest } from '../helpers/generations.js';
import { expectBalance } from '../helpers/ledger.js';
import { logs } from '../helpers/logs-api.js';
import { attached, processor } from '../helpers/sdk.js';

afterEach(() => {
  logs.disable();
  metrics.disable();
  context.disable();
});

/** A processor that keeps what reaches it; the SDK's own changed the shape of its constructor on the way. */
function recording() {
  const records: ReadableLogRecord[] = [];
  return { records, keep: processor((record) => records.push(record as unknown as ReadableLogRecord)) };
}

describe('events through loggers', () => {
  it('become log records as the mapping says', () => {
    const { records, keep } = recording();
    const { collector } = attached({}, { before: [keep] });
    const event = collector.collectEvent('shop', 'sold', 'warning', {
      n: 1,
      error: new TypeError('bad'),
      'otel.event.name': 'shop.sold',
    });
    const [record] = records;
    expect([record?.severityNumber, record?.severityText, record?.body]).toEqual([13, 'WARNING', 'sold']);
    expect(record?.instrumentationScope.name).toBe('shop');
    // the lowest version has no event names
    expect(record?.eventName).toBe(lowest ? undefined : 'shop.sold');
    expect(record?.attributes).toMatchObject({
      'log.record.uid': event?.eventId,
      n: 1,
      'exception.type': 'TypeError',
      'exception.message': 'bad',
    });
    expect((record?.hrTime[0] ?? 0) * 1000 + (record?.hrTime[1] ?? 0) / 1e6).toBe(event?.timestamp.getTime());
  });

  it('are delivered once, as the same object if nobody changed the record', async () => {
    const { collector } = attached();
    const event = collector.collectEvent('a', 'b', 'info', { deep: { x: [1, { y: null }] } });
    expect(collector.flush().events[0]).toBe(event);
    expect(collector.health().accepted).toBe(1);
  });

  it('are delivered once if a processor hands records over later', async () => {
    const collector = new TelemetryCollector();
    const ours = new RimpLogRecordProcessor(collector);
    const later: (() => void)[] = [];
    const deferring = processor((record) => later.push(() => ours.onEmit(record as never)));
    collector.useProviders({ loggerProvider: new LoggerProvider({ processors: [deferring] }) });
    collector.collectEvent('a', 'facade');
    for (const run of later) run();
    expect(collector.flush().events.map(({ message }) => message)).toEqual(['facade']);
    expectBalance(collector);
    await collector.shutdown();
  });

  it('carry what an earlier processor redacted, removed and added', () => {
    const { collector } = attached(
      {},
      {
        before: [
          processor((record) => {
            record.setAttribute('password', '***');
            record.setAttribute('exception.message', 'hidden');
            delete (record.attributes as Record<string, unknown>).gone;
            record.setAttribute('added', 1);
            record.setBody('redacted');
          }),
        ],
      },
    );
    const given = collector.collectEvent('a', 'secret text', 'error', {
      password: 'x',
      gone: 1,
      kept: { a: 1 },
      err: new Error('secret'),
    });
    const [stored] = collector.flush().events;
    expect(stored).toMatchObject({
      eventId: given?.eventId,
      message: 'redacted',
      metadata: { password: '***', added: 1, kept: { a: 1 }, err: { message: 'hidden' } },
    });
    expect(stored?.metadata).not.toHaveProperty('gone');
    expect(stored?.timestamp).toEqual(given?.timestamp);
  });

  it("keep what the SDK's limits cut, and count it", () => {
    const { collector } = attached({}, { limits: { attributeCountLimit: 3, attributeValueLengthLimit: 40 } });
    const text = 'x'.repeat(100);
    collector.collectEvent('a', 'b', 'info', { one: text, two: 2, three: 3, four: 4 });
    const [stored] = collector.flush().events;
    expect(stored?.metadata).toEqual({ one: text, two: 2, three: 3, four: 4 });
    expect(stored?.otel?.droppedAttributesCount).toBe(3);
  });

  it('keep lists of several types, which old SDKs drop, and lose those that a processor takes away', () => {
    const list = [1, 'a', { deep: true }];
    const { collector, loggerProvider } = attached(
      {},
      { before: [processor((record) => delete (record.attributes as Record<string, unknown>).secret)] },
    );
    for (let i = 0; i < 2; i += 1) {
      collector.collectEvent('a', 'b', 'info', { list, secret: 'x', other: 1 });
      const [event] = collector.flush().events;
      expect(event?.metadata).toEqual({ list, other: 1 });
    }
    if (!lowest) {
      loggerProvider.getLogger('lib').emit({ body: 'x', attributes: { list } });
      expect(collector.flush().events[0]?.metadata).toEqual({ list });
    }
  });

  it('keep keys that the SDKs do not take', () => {
    const { records, keep } = recording();
    const { collector } = attached({}, { before: [keep] });
    collector.collectEvent(
      'a',
      'b',
      'info',
      JSON.parse('{"": 1, "__proto__": {"x": 1}, "ok": {"constructor": 2}}') as object,
    );
    const [stored] = collector.flush().events;
    expect(Object.keys(stored?.metadata ?? {})).toEqual(['', '__proto__', 'ok']);
    expect(records[0]?.attributes).toMatchObject({
      'rimp.metadata': '{"":1,"__proto__":{"x":1}}',
      ok: '{"constructor":2}',
    });
  });

  (lowest ? it.skip : it)('are withheld if a filter of OpenTelemetry withholds them, and counted', () => {
    const collector = new TelemetryCollector();
    const loggerProvider = new LoggerProvider({
      processors: [new RimpLogRecordProcessor(collector)],
      // 2.x has "disabled", 3.x "enabled"
      loggerConfigurator: () => ({ disabled: false, enabled: true, minimumSeverity: 13, traceBased: false }),
    } as ConstructorParameters<typeof LoggerProvider>[0]);
    collector.useProviders({ loggerProvider });
    collector.collectEvent('a', 'quiet', 'debug');
    collector.collectEvent('a', 'loud', 'error');
    expect(collector.flush().events.map(({ message }) => message)).toEqual(['loud']);
    expect(collector.health()).toMatchObject({ accepted: 2, dropped: { filtered_by_otel: 1 } });
    expectBalance(collector);
  });

  it('reach RIMP if the provider has no processor of ours, or an earlier one throws', () => {
    const { keep } = recording();
    const without = new TelemetryCollector({}, { loggerProvider: new LoggerProvider({ processors: [keep] }) });
    without.collectEvent('a', 'b');
    expect(without.flush().size).toBe(1);
    const { collector } = attached(
      {},
      {
        before: [
          processor(() => {
            throw new Error('theirs');
          }),
        ],
      },
    );
    expect(collector.collectEvent('a', 'b')).not.toBeNull();
    expect(collector.flush().size).toBe(1);
  });

  it('find a global provider that is registered later', () => {
    const collector = new TelemetryCollector();
    collector.collectEvent('a', 'before');
    const { records, keep } = recording();
    logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector), keep] }));
    collector.collectEvent('a', 'after');
    expect(records.map(({ body }) => body)).toEqual(['after']);
    expect(collector.flush().events.map(({ message }) => message)).toEqual(['before', 'after']);
  });

  it('carry the trace that is active at the call', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const { collector } = attached();
    const span = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
    };
    context.with(trace.setSpanContext(context.active(), span), () => collector.collectEvent('a', 'b'));
    expect(collector.flush().events[0]?.otel).toMatchObject(span);
  });

  it('share a scope beyond the cap of distinct sources', () => {
    const { records, keep } = recording();
    const { collector } = attached({}, { before: [keep], maxScopes: 2 });
    for (const source of ['a', 'b', 'c']) collector.collectEvent(source, 'x');
    expect(records.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual(['a', 'b', 'rimp']);
    expect(records[2]?.attributes['rimp.source']).toBe('c');
    expect(collector.flush().events.map(({ source }) => source)).toEqual(['a', 'b', 'c']);
  });
});

describe("anybody's log records", () => {
  it('become events', () => {
    const { collector, loggerProvider } = attached();
    const logger = loggerProvider.getLogger('lib', '2.0');
    logger.emit({
      severityNumber: 21,
      body: 'fatal',
      attributes: { a: { b: [true] }, ...(!lowest && { mixed: [1, { b: true }] }) },
      timestamp: [1_700_000_000, 123_456_789],
    });
    logger.emit({ body: { k: 1 }, severityText: 'warn' });
    logger.emit({ attributes: { 'exception.message': 'boom', 'exception.type': 'E' } });
    logger.emit({ eventName: 'user.login', severityNumber: 3 });
    const { events } = collector.flush();
    expect(events.map(({ eventType, message, source }) => [eventType, message, source])).toEqual([
      ['error', 'fatal', 'lib'],
      ['warning', '{"k":1}', 'lib'],
      ['error', 'boom', 'lib'],
      ['debug', lowest ? '' : 'user.login', 'lib'],
    ]);
    expect(events[0]?.otel).toMatchObject({
      severityNumber: 21,
      scopeVersion: '2.0',
      timeUnixNano: '1700000000123456789',
    });
    expect(events[0]?.timestamp.getTime()).toBe(1_700_000_000_123);
    expect(events[0]?.metadata).toEqual({ a: { b: [true] }, ...(!lowest && { mixed: [1, { b: true }] }) });
  });

  it('are not taken by a collector that is disabled', async () => {
    const clock = new ManualClock();
    const { collector, loggerProvider, meterProvider } = attached({ enabled: false }, { clock });
    loggerProvider.getLogger('lib').emit({ body: 'x' });
    meterProvider.getMeter('lib').createCounter('c').add(1);
    await meterProvider.forceFlush();
    expect(clock.pending).toBe(0);
    expect(collector.health().accepted).toBe(0);
  });

  it('come once if two processors of one collector sit on a provider, and from other collectors', () => {
    const collector = new TelemetryCollector();
    const loggerProvider = new LoggerProvider({
      processors: [new RimpLogRecordProcessor(collector), new RimpLogRecordProcessor(collector)],
    });
    collector.useProviders({ loggerProvider });
    loggerProvider.getLogger('lib').emit({ body: 'foreign' });
    collector.collectEvent('own', 'own');
    new TelemetryCollector({}, { loggerProvider }).collectEvent('other', 'other');
    expect(collector.flush().events.map(({ source }) => source)).toEqual(['lib', 'own', 'other']);
  });

  it('are distinguished from the event in flight when a processor emits itself', () => {
    let nested = false;
    const { collector, loggerProvider } = attached(
      {},
      {
        before: [
          processor(() => {
            if (nested) return;
            nested = true;
            loggerProvider.getLogger('audit').emit({ body: 'seen' });
          }),
        ],
      },
    );
    collector.collectEvent('app', 'first');
    expect(collector.flush().events.map(({ source, message }) => `${source} ${message}`)).toEqual([
      'audit seen',
      'app first',
    ]);
  });
});

describe('metrics through instruments', () => {
  it('are gauges, histograms for durations, what a policy says; and exact for RIMP', async () => {
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
