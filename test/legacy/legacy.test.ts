import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { TelemetryEvent as Event } from 'rimp-telemetry';
import {
  EventType,
  FileStorage,
  MemoryStorage,
  TelemetryCollector,
  TelemetryConfig,
  TelemetryData,
  TelemetryEvent,
  TelemetryMetric,
  TelemetryStream,
} from 'rimp-telemetry/legacy';

const directory = mkdtempSync(join(tmpdir(), 'rimp-legacy-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('rimp-telemetry/legacy', () => {
  it('has the configuration in both of its forms', () => {
    const config = new TelemetryConfig({ buffer_size: 7, storage_backend: 'memory', storage_path: null });
    expect([config.buffer_size, config.flush_interval, config.realtime_mode, config.storage_path]).toEqual([
      7,
      5,
      true,
      null,
    ]);
    const positional = new TelemetryConfig(true, 3, 1.5, false, 'file', 'x.jsonl');
    expect([
      positional.bufferSize,
      positional.flushInterval,
      positional.storage_backend,
      positional.storagePath,
    ]).toEqual([3, 1.5, 'file', 'x.jsonl']);
    expect(() => new TelemetryCollector(new TelemetryConfig({ buffersize: 3 } as never))).toThrow(
      /did you mean "buffer_size"/,
    );
  });

  it('collects by position and by keyword, and hears it', () => {
    const collector = new TelemetryCollector(new TelemetryConfig({ buffer_size: 100 }));
    const heard: string[] = [];
    const listener = (data: TelemetryData) => heard.push(...data.events.map(({ event_type }) => event_type));
    collector.add_listener(listener);
    const event = collector.collect_event('auth', 'in', EventType.WARNING, { user_id: 1 });
    collector.collect_event({ source: 'auth', message: 'out', event_type: EventType.ERROR });
    // a fourth argument that looks like one object of fields is metadata all the same
    collector.collect_event('auth', 'x', null, { source: 'inner', message: 'y' });
    const metric = collector.collect_metric('m', 1.5, 'ms', { a: 'b' });
    collector.collect_metric({ name: 'n', value: 2 });
    collector.remove_listener(listener);
    collector.collect_event('auth', 'unheard');
    expect(heard).toEqual(['warning', 'error', 'info']);
    expect(event).toMatchObject({ event_id: event?.eventId, event_type: 'warning', metadata: { user_id: 1 } });
    expect(metric?.metric_id).toBe(metric?.metricId);
    const data = collector.flush();
    expect([data.events.length, data.metrics.length, data.size, data.is_empty]).toEqual([4, 2, 6, false]);
    expect(data.events[2]?.metadata).toEqual({ source: 'inner', message: 'y' });
    expect(data.events[0]).toBeInstanceOf(TelemetryEvent);
    expect(data.metrics[0]).toBeInstanceOf(TelemetryMetric);
    expect(new TelemetryCollector(new TelemetryConfig({ enabled: false })).collect_event('a', 'b')).toBeNull();
  });

  it('takes keywords after arguments by position', () => {
    const collector = new TelemetryCollector(new TelemetryConfig({ buffer_size: 100 }));
    collector.collect_event('a', 'b', { metadata: { k: 1 } });
    collector.collect_event('a', 'b', { event_type: EventType.ERROR, metadata: null });
    collector.collect_event('a', { message: 'b', event_type: null, metadata: { k: 2 } });
    collector.collect_metric('n', 1, { tags: { t: 'x' } });
    collector.collect_metric('n', 2, { unit: 'ms', tags: null });
    collector.collect_metric('n', { value: 3, unit: 's' });
    const { events, metrics } = collector.flush();
    expect(events.map(({ message, event_type, metadata }) => [message, event_type, metadata])).toEqual([
      ['b', 'info', { k: 1 }],
      ['b', 'error', undefined],
      ['b', 'info', { k: 2 }],
    ]);
    expect(metrics.map(({ value, unit, tags }) => [value, unit, tags])).toEqual([
      [1, undefined, { t: 'x' }],
      [2, 'ms', undefined],
      [3, 's', undefined],
    ]);
    expect(collector.health().replaced).toEqual({});
  });

  it('reports a keyword that there is not, with the one that is meant', () => {
    const collector = new TelemetryCollector(new TelemetryConfig(), { warnOnLoss: false });
    const misspelt = { source: 'a', message: 'b', eventType: EventType.ERROR };
    expect(collector.collect_event(misspelt)?.event_type).toBe('info');
    expect(collector.health()).toMatchObject({
      replaced: { unknown_argument: 1 },
      lastError: { message: 'collect_event: unknown argument "eventType" is passed over: did you mean "event_type"?' },
    });
    const labelled = { name: 'n', value: 1, labels: {} };
    collector.collect_metric(labelled);
    expect(collector.health()).toMatchObject({
      replaced: { unknown_argument: 2 },
      lastError: { message: expect.stringContaining('expected one of name, value, unit, tags') },
    });
  });

  it('refuses options behind the path of a file, and says which class takes them', () => {
    const make = (): unknown => Reflect.construct(FileStorage, [join(directory, 'b.jsonl'), { retention: {} }]);
    expect(make).toThrow(
      'FileStorage: expected the path alone, got an object (Object) as a second argument: FileStorage of "rimp-telemetry" takes options',
    );
  });

  it('stores, and retrieves by Python’s arguments', async () => {
    const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);
    for (const storage of [new MemoryStorage(), new FileStorage(join(directory, 'a.jsonl'))]) {
      const events = [0, 1, 2].map(
        (i) =>
          new TelemetryEvent({
            event_id: `e${i}`,
            timestamp: at(i),
            event_type: EventType.INFO,
            source: 's',
            message: String(i),
            metadata: null,
          }),
      );
      expect(events[0]).toBeInstanceOf(Event);
      await storage.store(new TelemetryData({ events, metrics: [] }));
      const ids = async (...args: Parameters<MemoryStorage['retrieve']>) =>
        (await storage.retrieve(...args)).events.map(({ event_id }) => event_id);
      expect(await ids(at(1), at(2))).toEqual(['e1', 'e2']);
      expect(await ids(null, null, 2)).toEqual(['e0', 'e1']);
      expect(await ids(null, null, 0)).toEqual(['e0', 'e1', 'e2']);
      expect(await ids({ start_time: at(2), limit: null })).toEqual(['e2']);
      expect(await ids({ end_time: at(0) })).toEqual(['e0']);
      await storage.clear();
      expect(await ids()).toEqual([]);
    }
  });

  it('gives the consumers of a stream what was collected when it stops', async () => {
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream({ collector, storage: null, interval: 1.0 });
    const heard: TelemetryData[] = [];
    const consumer = (data: TelemetryData) => heard.push(data);
    stream.add_consumer(consumer);
    stream.start();
    collector.collect_metric('m', 1);
    await stream.stop();
    expect(heard.map(({ size }) => size)).toEqual([1]);
    expect(stream.remove_consumer(consumer)).toBe(true);
  });
});
