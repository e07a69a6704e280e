import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { context, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import fc from 'fast-check';
import { RimpLogRecordProcessor, TelemetryCollector, type TelemetryEvent } from 'rimp-telemetry';
import { hostileMap } from '../helpers/hostile-maps.js';
import { processor } from '../helpers/sdk.js';
import { open, type SdkRecord, way } from '../helpers/ways.js';

const nothing = processor(() => undefined);

const millisOf = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;

/** What can be told of a record, without what differs from call to call. */
function contentOf({ event, record }: { event: TelemetryEvent; record: SdkRecord }): object {
  const attributes: Record<string, unknown> = { ...record.attributes };
  if (attributes['log.record.uid'] === event.eventId) attributes['log.record.uid'] = 'its id';
  return {
    event: [event.source, event.message, event.eventType, event.metadata, event.otel],
    attributes,
    body: record.body,
    severity: [record.severityNumber, record.severityText],
    scope: record.instrumentationScope.name,
    dropped: record.droppedAttributesCount,
    name: (record as { eventName?: string }).eventName,
  };
}

describe('the attributes of an event', () => {
  it('are the same for all others whether the processor is the first of its provider or not', () => {
    const first = way([]);
    const second = way([nothing]);
    fc.assert(
      fc.property(fc.oneof(hostileMap, fc.constant(undefined)), (metadata) => {
        expect(contentOf(first.collect(metadata))).toEqual(contentOf(second.collect(metadata)));
      }),
      { numRuns: 500 },
    );
  });

  it('counts the attributes, so that a later processor can add as many as the limit allows', () => {
    for (const { collect } of [way([]), way([nothing])]) {
      const { record } = collect({ a: 1, b: 2 });
      const mutable = record as unknown as { _isReadonly: boolean };
      mutable._isReadonly = false;
      for (let i = 0; i < 200; i += 1) record.setAttribute(`more${i}`, i);
      expect(Object.keys(record.attributes)).toHaveLength(128);
      expect(record.droppedAttributesCount).toBe(200 - 125);
    }
  });

  it("takes the attributes that an earlier processor made of the event's", () => {
    const redact = processor((record) => record.setAttribute('password', '***'));
    const { event, record } = way([redact]).collect({ password: 'secret' });
    expect(event.metadata).toEqual({ password: '***' });
    expect(record.attributes).toMatchObject({ password: '***' });
  });

  it('stay what they were in the event if a later processor changes them', () => {
    const collector = new TelemetryCollector();
    open.push(collector);
    const redact = processor((record) => record.setAttribute('password', '***'));
    collector.useProviders({
      loggerProvider: new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector), redact] }),
    });
    collector.collectEvent('source', 'message', 'info', { password: 'secret' });
    expect(collector.flush().events[0]?.metadata).toEqual({ password: 'secret' });
  });

  it('cuts the attributes of an event at limits that are not the defaults', () => {
    const { event, record } = way([], { attributeCountLimit: 2 }).collect({ a: 1, b: 2, c: 3 });
    expect(Object.keys(record.attributes)).toHaveLength(2);
    expect(event.metadata).toEqual({ a: 1, b: 2, c: 3 });
    expect(event.otel?.droppedAttributesCount).toBe(2);
  });

  it('are there for a function that somebody has put in front of the SDK', () => {
    const { collector, provider, records } = way([]);
    const seen: unknown[] = [];
    const getLogger = provider.getLogger.bind(provider);
    provider.getLogger = (...scope) => {
      const logger = getLogger(...scope);
      const emit = logger.emit.bind(logger);
      logger.emit = (record) => {
        seen.push(record.attributes);
        emit(record);
      };
      return logger;
    };
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    expect(seen).toEqual([expect.objectContaining({ a: 1 })]);
    expect(records).toHaveLength(1);
  });

  it('are there when the method of all loggers is replaced while events are collected', () => {
    const { provider, collect } = way([]);
    collect({ a: 1 });
    const prototype = Object.getPrototypeOf(provider.getLogger('source')) as object;
    const emit = Reflect.get(prototype, 'emit') as (this: object, record: object) => void;
    const seen: object[] = [];
    Reflect.set(prototype, 'emit', function replaced(this: object, record: object) {
      seen.push(record);
      emit.call(this, record);
    });
    try {
      collect({ a: 2 });
      expect(seen).toEqual([expect.objectContaining({ attributes: expect.objectContaining({ a: 2 }) })]);
    } finally {
      Reflect.set(prototype, 'emit', emit);
    }
  });

  it('come with one time and the ids of one span, for the event and for its record', () => {
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const active = trace.setSpanContext(ROOT_CONTEXT, span);
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    try {
      for (const { collect } of [way([]), way([nothing])]) {
        const { event, record } = context.with(active, () => collect({ a: 1 }));
        expect(event.otel).toMatchObject(span);
        expect(record.spanContext).toMatchObject(span);
        expect(millisOf(record.hrTime)).toBe(event.timestamp.getTime());
        expect(Math.abs(event.timestamp.getTime() - Date.now())).toBeLessThan(60_000);
      }
    } finally {
      context.disable();
    }
  });

  it('come with the time that the call site names', () => {
    const timestamp = new Date('2026-01-02T03:04:05.678Z');
    for (const { collector, records } of [way([]), way([nothing])]) {
      const event = collector.collectEvent({ source: 'source', message: 'message', metadata: { a: 1 }, timestamp });
      expect(event?.timestamp).toEqual(timestamp);
      expect(records[0]?.hrTime).toEqual([1_767_323_045, 678_000_000]);
      expect(collector.flush().events[0]?.timestamp).toEqual(timestamp);
    }
  });

  it('are a field of the record, as on one that the SDK in use made', () => {
    const { record } = way([]).collect({ a: 1 });
    const { record: made } = way([nothing]).collect({ a: 1 });
    expect(Object.keys(record)).toEqual(Object.keys(made));
    expect(Object.getPrototypeOf(record)).toBe(Object.getPrototypeOf(made));
    const attributes = { a: 1, 'log.record.uid': expect.any(String) };
    expect({ ...record }).toMatchObject({ attributes });
    expect(JSON.parse(JSON.stringify({ ...record, resource: undefined }))).toMatchObject({ attributes });
    expect(inspect(record)).toContain("'log.record.uid'");
  });

  it('stay as they were emitted if the event that the call site got back is changed', () => {
    const { collector, records } = way([]);
    const event = collector.collectEvent('source', 'message', 'info', { a: 1 });
    Object.assign(event?.metadata ?? {}, { a: 2, b: 3 });
    expect(records[0]?.attributes).toEqual({ a: 1, 'log.record.uid': event?.eventId });
  });

  it('can be replaced by a later processor, as any field of its record', () => {
    const collector = new TelemetryCollector();
    open.push(collector);
    const records: SdkRecord[] = [];
    const replace = processor((record) => {
      (record as { attributes: object }).attributes = { b: 2 };
      record.setAttribute('c', 3).setBody('other').setSeverityNumber(17).setSeverityText('E');
    });
    const keep = processor((record) => records.push(record));
    collector.useProviders({
      loggerProvider: new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector), replace, keep] }),
    });
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    expect(records[0]).toMatchObject({ body: 'other', severityNumber: 17, severityText: 'E' });
    expect(records[0]?.attributes).toEqual({ b: 2, c: 3 });
    expect(collector.flush().events[0]).toMatchObject({ message: 'message', eventType: 'info', metadata: { a: 1 } });
  });

  it('belong to a record that can no longer be changed once it is emitted', () => {
    const warn = jest.fn();
    diag.setLogger({ warn, error: warn, info() {}, debug() {}, verbose() {} });
    try {
      const { record } = way([]).collect({ a: 1 });
      record.setBody('other');
      expect(record.body).toBe('message');
      expect(warn).toHaveBeenCalledTimes(1);
    } finally {
      diag.disable();
    }
  });

  it('reach the others of the list once the processor is shut down', async () => {
    const { collector, provider, records } = way([]);
    const [ours] = (
      provider as unknown as { _sharedState: { activeProcessor: { processors: { shutdown(): unknown }[] } } }
    )._sharedState.activeProcessor.processors;
    await ours?.shutdown();
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    expect(records[0]?.attributes).toMatchObject({ a: 1 });
  });
});
