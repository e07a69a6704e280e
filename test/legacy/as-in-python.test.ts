import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as ours from 'rimp-telemetry';
import {
  EventType,
  FileStorage,
  MemoryStorage,
  TelemetryCollector,
  TelemetryConfig,
  TelemetryData,
  TelemetryEvent,
  TelemetryMetric,
  TelemetryStorage,
  TelemetryStream,
} from 'rimp-telemetry/legacy';

const directory = mkdtempSync(join(tmpdir(), 'rimp-legacy-'));
afterAll(() => rmSync(directory, { recursive: true }));

const event = (id: string) =>
  new TelemetryEvent({ event_id: id, timestamp: new Date(0), event_type: EventType.INFO, source: 's', message: id });
const metric = (id: string) => new TelemetryMetric({ metric_id: id, timestamp: new Date(0), name: id, value: 1 });

describe('the limit of retrieve', () => {
  it.each([
    ['memory', () => new MemoryStorage()],
    ['a file', () => new FileStorage(join(directory, 'limit.jsonl'))],
    ['the memory of a collector', () => new TelemetryCollector().storage],
    [
      'the file of a collector',
      () => {
        const storage_path = join(directory, 'own.jsonl');
        return new TelemetryCollector(new TelemetryConfig({ storage_backend: 'file', storage_path })).storage;
      },
    ],
  ])('counts each kind in %s, and 0 is none', async (_where, make) => {
    const storage = make();
    await storage.store(new TelemetryData([event('a'), event('b'), event('c')], [metric('x'), metric('y')]));
    const sizes = async (...args: Parameters<MemoryStorage['retrieve']>) => {
      const { events, metrics } = await storage.retrieve(...args);
      return [events.length, metrics.length];
    };
    expect(await sizes(null, null, 1)).toEqual([1, 1]);
    expect(await sizes({ limit: 2 })).toEqual([2, 2]);
    expect(await sizes({ start_time: new Date(0), limit: 3 })).toEqual([3, 2]);
    for (const none of [0, null, undefined]) expect(await sizes({ limit: none })).toEqual([3, 2]);
    expect(await sizes(null, null, 0)).toEqual([3, 2]);
    // a query of the library's own keeps its own meaning
    expect(await sizes({ order: 'asc', limit: 1 })).toEqual([1, 0]);
    await expect(storage.retrieve({ start_time: new Date(Number.NaN) })).rejects.toThrow(
      /"start_time" to be a valid Date/,
    );
    await storage.close();
  });
});

describe('the buffer', () => {
  it('is full when one kind has as many items as buffer_size says, and says how many wait', () => {
    const collector = new TelemetryCollector(new TelemetryConfig({ buffer_size: 2 }));
    collector.collect_event('s', '1');
    collector.collect_metric('m', 1);
    expect(collector.get_buffer_size()).toBe(2);
    collector.collect_metric('m', 2);
    expect(collector.get_buffer_size()).toBe(0);
    expect(collector.flush().is_empty).toBe(true);
    const plain = new ours.TelemetryCollector({ bufferSize: 2 });
    plain.collectEvent('s', '1');
    plain.collectMetric('m', 1);
    expect(plain.flush().size).toBe(0);
  });
});

describe('what Python has', () => {
  it('is there: data that grow, the path, and what a stream is of', async () => {
    const data = new TelemetryData();
    data.add_event(event('a'));
    data.add_metric(metric('m'));
    expect([data.size, data.is_empty, data.events[0]?.event_id]).toEqual([2, false, 'a']);
    expect(data).toBeInstanceOf(ours.TelemetryData);
    expect(new ours.TelemetryData()).toBeInstanceOf(TelemetryData);
    const path = join(directory, 'path.jsonl');
    expect([new FileStorage(path).file_path, new FileStorage({ file_path: path }).file_path]).toEqual([path, path]);
    const collector = new TelemetryCollector();
    const storage = new MemoryStorage();
    const stream = new TelemetryStream(collector, storage, 0.5);
    expect([stream.collector, stream.storage, stream.interval]).toEqual([collector, storage, 0.5]);
    const bare = new TelemetryStream({ collector });
    expect([bare.storage, bare.interval]).toEqual([null, 1]);
    expect(
      [storage, new FileStorage(path), new ours.MemoryStorage()].every((one) => one instanceof TelemetryStorage),
    ).toBe(true);
    expect({}).not.toBeInstanceOf(TelemetryStorage);
    await collector.shutdown();
  });

  it("has a base for storages of one's own, which a collector takes", async () => {
    class ListStorage extends TelemetryStorage {
      readonly batches: ours.TelemetryData[] = [];
      async store(data: TelemetryData): Promise<void> {
        this.batches.push(data);
      }
      async retrieve(): Promise<TelemetryData> {
        return new TelemetryData(
          this.batches.flatMap(({ events }) => events),
          this.batches.flatMap(({ metrics }) => metrics),
        );
      }
      async clear(): Promise<void> {
        this.batches.length = 0;
      }
    }
    const storage = new ListStorage();
    const collector = new TelemetryCollector(new TelemetryConfig(), { storage });
    collector.collect_event('s', 'kept');
    collector.collect_metric('m', 1);
    expect((await collector.shutdown()).complete).toBe(true);
    expect((await storage.retrieve()).size).toBe(2);
    const seen: unknown[] = [];
    for await (const item of storage.scan()) seen.push(item);
    expect(seen).toHaveLength(2);
    await storage.close();
  });
});

describe('errors', () => {
  it('spell fields as Python does', () => {
    const config = new TelemetryConfig({ buffer_size: 0, flush_interval: -1, storage_backend: 'file' });
    let thrown: unknown;
    try {
      config.validate();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ours.ConfigError);
    const { message, problems } = thrown as ours.ConfigError;
    expect(problems.map(({ field }) => field)).toEqual(['buffer_size', 'flush_interval', 'storage_path']);
    expect(message).toMatch(/"buffer_size" to be a positive integer, got 0.*"storage_path".*storage_backend "file"/);
    expect(message).not.toMatch(/[a-z][A-Z][a-z]+"/);
    expect(() => new TelemetryCollector(config)).toThrow(/"buffer_size"/);
    expect(() => new TelemetryEvent({ source: 's', message: 'm', event_id: 5 } as never)).toThrow(
      /"event_id" to be a string/,
    );
    expect(() => new TelemetryMetric({ name: 'n', value: 1, metric_id: 5 } as never)).toThrow(
      /"metric_id" to be a string/,
    );
    expect(() => new TelemetryData(5 as never)).toThrow(/TelemetryData: expected/);
  });
});
