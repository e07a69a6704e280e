import { describe, expect, it } from '@jest/globals';
import { MemoryStorage, StorageError, TelemetryCollector, type TelemetryData } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';

describe('sinks that fail', () => {
  function failing(times: number, error: () => Error) {
    const stored: TelemetryData[] = [];
    let left = times;
    const storage = Object.assign(new MemoryStorage(), { stored });
    return Object.assign(storage, {
      storeSync: undefined as never,
      store: async (data: TelemetryData) => {
        left -= 1;
        if (left >= 0) throw error();
        stored.push(data);
      },
    });
  }

  it('tries a failing sink again, in order, and loses nothing', async () => {
    const storage = failing(2, () => new Error('busy'));
    const collector = new TelemetryCollector({ bufferSize: 1 }, { storage });
    for (let i = 0; i < 5; i += 1) collector.collectEvent('a', String(i));
    expectBalance(collector);
    const result = await collector.forceFlush({ timeoutMillis: 5_000 });
    expect(result.complete).toBe(true);
    expect(storage.stored.flatMap((data) => data.events.map(({ message }) => message))).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
    ]);
    expect(collector.health().sinks.storage).toMatchObject({ accepted: 5, delivered: 5, queued: 0, dropped: {} });
    expect(collector.health().lastError?.message).toMatch(/busy/);
  });

  it('counts by reason what a sink refuses permanently', async () => {
    const storage = failing(1, () => new StorageError('bad', { permanent: true, dropped: { not_serializable: 1 } }));
    const collector = new TelemetryCollector({}, { storage });
    collector.collectEvent('a', '1');
    collector.collectEvent('a', '2');
    await collector.forceFlush();
    expect(collector.health()).toMatchObject({ delivered: 1, dropped: { not_serializable: 1 } });
    expectBalance(collector);
  });

  it('counts a whole batch as lost if its sink reports a wrong loss, and goes on with the next batch', async () => {
    for (const dropped of [null, 5, { a: Number.NaN, b: 99 }]) {
      const storage = failing(1, () => Object.assign(new Error('bad'), { permanent: true, dropped }));
      const collector = new TelemetryCollector({}, { storage });
      collector.collectEvent('a', 'lost');
      expect((await collector.forceFlush()).complete).toBe(false);
      collector.collectEvent('a', 'kept');
      expect((await collector.forceFlush()).complete).toBe(true);
      expectBalance(collector);
    }
  });

  it('ends a flush without waiting for what was collected after it', async () => {
    let release = (): void => undefined;
    const storage = Object.assign(
      failing(0, () => new Error()),
      {
        store: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      },
    );
    const collector = new TelemetryCollector({ bufferSize: 1 }, { storage });
    collector.collectEvent('a', '1');
    const flushed = collector.forceFlush();
    collector.collectEvent('a', '2');
    collector.collectEvent('a', '3');
    release();
    expect((await flushed).complete).toBe(true);
    expect(collector.health().sinks.storage).toMatchObject({ delivered: 1, queued: 2 });
  });

  it('gives a failing sink up at shutdown within its time, and counts the loss', async () => {
    const storage = Object.assign(new MemoryStorage(), {
      storeSync: undefined as never,
      store: () => new Promise<void>(() => undefined),
    });
    const collector = new TelemetryCollector({}, { storage });
    collector.collectEvent('a', '1');
    const first = collector.shutdown({ timeoutMillis: 50 });
    expect(collector.shutdown()).toBe(first);
    const result = await first;
    expect(result.complete).toBe(false);
    expect(collector.health()).toMatchObject({ accepted: 1, queued: 0, dropped: { shutdown_timeout: 1 } });
    expectBalance(collector);
    expect(collector.collectEvent('a', 'late')).toBeNull();
    expect(collector.health().rejected).toEqual({ after_shutdown: 1 });
  });

  it('drops what the queue of a sink has no room for, with the reason', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const storage = Object.assign(new MemoryStorage(), { storeSync: undefined as never, store: () => gate });
    const collector = new TelemetryCollector({ bufferSize: 1 }, { storage, maxQueueSize: 3 });
    for (let i = 0; i < 5; i += 1) {
      collector.collectEvent('a', String(i));
      expectBalance(collector);
    }
    expect(collector.health().sinks.storage).toMatchObject({ queued: 3, dropped: { queue_full: 2 } });
    release();
    await collector.forceFlush();
    expect(collector.health()).toMatchObject({ accepted: 5, delivered: 3, dropped: { queue_full: 2 } });
  });
});
