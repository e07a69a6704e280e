import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryStorage, StorageError, TelemetryCollector, type TelemetryData } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';

/** A storage that refuses whole batches with an item whose message begins with "bad". */
function picky(isSync: boolean) {
  const kept: string[] = [];
  const take = (data: TelemetryData): void => {
    const names = [...data.events.map(({ message }) => message), ...data.metrics.map(({ name }) => name)];
    if (names.some((name) => name.startsWith('bad'))) throw new StorageError('never', { permanent: true });
    kept.push(...names);
  };
  return Object.assign(new MemoryStorage(), {
    kept,
    storeSync: isSync ? take : (undefined as never),
    store: async (data: TelemetryData) => take(data),
  });
}

describe('a batch that a storage refuses for good', () => {
  it('loses the items alone that it refuses, the others are stored once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 40 }),
        fc.boolean(),
        fc.nat(40),
        async (bad, sync, events) => {
          const storage = picky(sync);
          const collector = new TelemetryCollector({ bufferSize: 7 }, { storage, warnOnLoss: false });
          const names = bad.map((isBad, i) => `${isBad ? 'bad' : 'good'}-${i}`);
          for (const [i, name] of names.entries()) {
            if (i < events) collector.collectEvent('s', name);
            else collector.collectMetric(name, 1);
          }
          await collector.forceFlush();
          expect(storage.kept).toEqual(names.filter((name) => name.startsWith('good')));
          const refused = bad.filter(Boolean).length;
          expect(collector.health().sinks.storage).toMatchObject({
            delivered: names.length - refused,
            queued: 0,
            dropped: refused === 0 ? {} : { refused },
          });
          expectBalance(collector);
          await collector.shutdown();
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  });

  it('is not halved if the storage as it is set up takes nothing', async () => {
    let calls = 0;
    const storage = Object.assign(new MemoryStorage(), {
      storeSync: undefined as never,
      store: async () => {
        calls += 1;
        throw new StorageError('no driver', { permanent: true, concerns: 'storage' });
      },
    });
    const collector = new TelemetryCollector({}, { storage });
    for (let i = 0; i < 50; i += 1) collector.collectEvent('s', String(i));
    await collector.forceFlush();
    expect([calls, collector.health().dropped]).toEqual([1, { store_failed: 50 }]);
  });

  it('keeps a flush waiting for one attempt of its own if the storage says that it is set up wrong for now', async () => {
    let calls = 0;
    const storage = Object.assign(new MemoryStorage(), {
      storeSync: undefined as never,
      store: async () => {
        calls += 1;
        throw new StorageError('wrong password', { concerns: 'storage' });
      },
    });
    const collector = new TelemetryCollector({}, { storage });
    collector.collectEvent('s', 'waits');
    const { complete, errors } = await collector.forceFlush();
    expect([complete, errors.map(({ message }) => message)]).toEqual([false, ['wrong password']]);
    expect([calls, collector.health().queued]).toEqual([2, 1]);
    await collector.shutdown();
    expectBalance(collector);
  });
});

describe('the queue of a sink', () => {
  it('is bounded in bytes, and what has no room is counted', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const storage = Object.assign(new MemoryStorage(), { storeSync: undefined as never, store: () => gate });
    const collector = new TelemetryCollector({ bufferSize: 1 }, { storage, maxQueueBytes: 1_000_000 });
    for (let i = 0; i < 20; i += 1) collector.collectEvent('s', 'x'.repeat(100_000));
    // two bytes for each character, and some for the item
    expect(collector.health().sinks.storage).toMatchObject({ queued: 4, dropped: { queue_full: 16 } });
    release();
    await collector.forceFlush();
    expectBalance(collector);
  });

  it('is handed what fills the buffer by its bytes, before it fills it by its items', async () => {
    const collector = new TelemetryCollector({ bufferSize: 1_000_000, flushInterval: 1_000 });
    for (let i = 0; i < 5; i += 1) collector.collectEvent('s', 'x'.repeat(1_000_000));
    expect((await collector.storage.retrieve()).size).toBe(3);
    await collector.shutdown();
  });
});
