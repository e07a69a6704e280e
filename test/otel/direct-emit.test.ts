import { describe, expect, it, jest } from '@jest/globals';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RimpLogRecordProcessor, RimpMetricReader, TelemetryCollector } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { processor } from '../helpers/sdk.js';
import { open, type SdkRecord, way } from '../helpers/ways.js';

describe('an event of the facade', () => {
  const config = { enabled: true, disabled: false, minimumSeverity: 0, traceBased: false };

  it.each([
    ['is disabled', { ...config, enabled: false, disabled: true }],
    ['takes errors alone', { ...config, minimumSeverity: 17 }],
  ])('is filtered if the logger of its source %s', (_, loggerConfig) => {
    const collector = new TelemetryCollector();
    open.push(collector);
    const records: SdkRecord[] = [];
    const options = {
      processors: [new RimpLogRecordProcessor(collector), processor((record) => records.push(record))],
      loggerConfigurator: () => loggerConfig,
    };
    const provider = new LoggerProvider(options);
    const logger = provider.getLogger('source');
    logger.emit({ body: 'what the SDK does', severityNumber: 9 });
    const taken = records.length;
    collector.useProviders({ loggerProvider: provider });
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    // versions that have no such configuration take everything
    expect(records).toHaveLength(2 * taken);
    expect(collector.health()).toMatchObject(
      taken === 0 ? { accepted: 1, dropped: { filtered_by_otel: 1 } } : { accepted: 2, dropped: {} },
    );
  });

  it.each([true, false])('is filtered if the processor of a subclass says so, as any record is: %s', (enabled) => {
    class Picky extends RimpLogRecordProcessor {
      override enabled(): boolean {
        return enabled;
      }
    }
    const collector = new TelemetryCollector({}, { warnOnLoss: false });
    open.push(collector);
    const provider = new LoggerProvider({ processors: [new Picky(collector)] });
    collector.useProviders({ loggerProvider: provider });
    provider.getLogger('source').emit({ body: 'what the SDK does' });
    const taken = collector.flush().events.length;
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    // the first versions don't ask
    expect(collector.flush().events).toHaveLength(taken);
    if (enabled) expect(taken).toBe(1);
  });

  it('is seen by what somebody has put in front of the methods of records', () => {
    const { collect } = way([]);
    const { record } = collect({ a: 1 });
    const prototype = Object.getPrototypeOf(record) as SdkRecord;
    const spy = jest.spyOn(prototype, 'setAttribute');
    try {
      collect({ a: 2 });
      expect(spy.mock.calls).toContainEqual(['a', 2]);
    } finally {
      spy.mockRestore();
    }
    spy.mockClear();
    expect(collect({ a: 3 }).record.attributes).toMatchObject({ a: 3 });
  });

  it('is filtered once its provider is shut down, as any record is', async () => {
    const { provider, collector, records } = way([]);
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    await provider.shutdown();
    const before = records.length;
    provider.getLogger('source');
    collector.collectEvent('source', 'message', 'info', { a: 2 });
    collector.collectEvent('another', 'message', 'info', { a: 2 });
    expect(records.length - before).toBeLessThanOrEqual(1);
    expect(collector.health().accepted).toBe(3);
  });

  it('is given to what somebody has put in front of all processors', () => {
    const { provider, collect } = way([]);
    collect({ a: 1 });
    const { activeProcessor } = (
      provider as unknown as { _sharedState: { activeProcessor: { onEmit(record: object, context: object): void } } }
    )._sharedState;
    const seen: unknown[] = [];
    const onEmit = activeProcessor.onEmit.bind(activeProcessor);
    activeProcessor.onEmit = (record, active) => {
      seen.push((record as SdkRecord).attributes);
      onEmit(record, active);
    };
    collect({ a: 2 });
    expect(seen).toEqual([expect.objectContaining({ a: 2 })]);
  });

  it('goes on to later processors as one that throws does for the SDK', () => {
    const broken = processor(() => {
      throw new Error('broken');
    });
    const collector = new TelemetryCollector({}, { warnOnLoss: false });
    open.push(collector);
    const after = jest.fn();
    const provider = new LoggerProvider({
      processors: [new RimpLogRecordProcessor(collector), broken, processor(after)],
    });
    collector.useProviders({ loggerProvider: provider });
    expect(() => provider.getLogger('source').emit({ body: 'one' })).toThrow('broken');
    expect(collector.collectEvent('source', 'message')).not.toBeNull();
    expect(after).not.toHaveBeenCalled();
    expect(collector.flush().events).toHaveLength(2);
    expect(collector.health().lastError?.message).toContain('broken');
  });

  it("is not looked at by the SDK in use: its record was observed at the collector's own time", () => {
    // if a new version of the SDK fails here, its records take the slow way: see src/otel/rehearsal.ts
    const collector = new TelemetryCollector({}, { clock: new ManualClock(1_000_000_000_000) });
    open.push(collector);
    const records: SdkRecord[] = [];
    const keep = processor((record) => records.push(record));
    collector.useProviders({
      loggerProvider: new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector), keep] }),
    });
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    expect(records[0]?.hrTimeObserved).toEqual([1_000_000_000, 0]);
    collector.collectEvent('source', 'message', 'info', { a: [] });
    expect(records[1]?.hrTimeObserved[0]).toBeGreaterThan(1_700_000_000);
  });

  it("is counted in the SDK's own metrics, once", async () => {
    const collector = new TelemetryCollector();
    open.push(collector);
    const reader = new RimpMetricReader(collector);
    const options = {
      processors: [new RimpLogRecordProcessor(collector)],
      meterProvider: new MeterProvider({ readers: [reader] }),
    };
    const provider = new LoggerProvider(options);
    collector.useProviders({ loggerProvider: provider });
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    collector.collectEvent('source', 'message', 'info', { a: 1 });
    await reader.forceFlush();
    const { metrics } = await collector.storage.retrieve({ name: 'otel.sdk.log.created' });
    // the first versions count nothing
    if (metrics.length > 0) expect(metrics.map(({ value }) => value)).toEqual([2]);
    else expect(Reflect.has(Reflect.get(provider, '_sharedState') as object, 'loggerMetrics')).toBe(false);
  });
});
