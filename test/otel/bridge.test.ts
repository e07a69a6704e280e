import { afterEach, describe, expect, it } from '@jest/globals';
import { context, metrics, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { RimpLogRecordProcessor, TelemetryCollector } from 'rimp-telemetry';
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
  it('emits an event as the log record that the mapping says', () => {
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

  it('delivers an event once, as the same object if nobody changed the record', async () => {
    const { collector } = attached();
    const event = collector.collectEvent('a', 'b', 'info', { deep: { x: [1, { y: null }] } });
    expect(collector.flush().events[0]).toBe(event);
    expect(collector.health().accepted).toBe(1);
  });

  it('delivers an event once if a processor hands records over later', async () => {
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

  it('delivers an event as an earlier processor redacted, cut and extended it', () => {
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

  it("keeps what the SDK's limits cut from an event, and counts it", () => {
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

  it('keeps metadata under keys that the SDKs do not take', () => {
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

  it('emits events to a global provider that is registered later', () => {
    const collector = new TelemetryCollector();
    collector.collectEvent('a', 'before');
    const { records, keep } = recording();
    logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector), keep] }));
    collector.collectEvent('a', 'after');
    expect(records.map(({ body }) => body)).toEqual(['after']);
    expect(collector.flush().events.map(({ message }) => message)).toEqual(['before', 'after']);
  });

  it('gives an event the trace that is active at the call', () => {
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

  it('has sources beyond the cap of distinct ones share a scope', () => {
    const { records, keep } = recording();
    const { collector } = attached({}, { before: [keep], maxScopes: 2 });
    for (const source of ['a', 'b', 'c']) collector.collectEvent(source, 'x');
    expect(records.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual(['a', 'b', 'rimp']);
    expect(records[2]?.attributes['rimp.source']).toBe('c');
    expect(collector.flush().events.map(({ source }) => source)).toEqual(['a', 'b', 'c']);
  });
});
