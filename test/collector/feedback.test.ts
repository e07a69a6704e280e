import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { MemoryStorage, TelemetryCollector, TelemetryStream } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';

/** Bounds a test that would else never end: what collects gives up after so many items. */
const FAR_TOO_MANY = 200_000;

describe('a sink that collects whenever it stores', () => {
  it.each([
    ['at once', async () => undefined],
    ['after it has waited for a promise', async () => Promise.resolve().then(() => undefined)],
  ])('%s does not keep the event loop from its turn, and loses nothing', async (_name, wait) => {
    let stored = 0;
    const storage = Object.assign(new MemoryStorage(), {
      storeSync: undefined as never,
      store: async () => {
        stored += 1;
        await wait();
        if (stored < FAR_TOO_MANY) collector.collectEvent('storage', 'stored');
      },
    });
    const collector = new TelemetryCollector({ bufferSize: 1 }, { storage });
    collector.collectEvent('a', 'b');
    await nextTurn();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(stored).toBeLessThan(2_000);
    expect(collector.health().deferredFlushes).toBeGreaterThan(0);
    expect(collector.health().lastError?.kind).toBe('feedback');
    expect(collector.health().dropped).toEqual({});
    expectBalance(collector);
    expect((await collector.shutdown({ timeoutMillis: 2_000 })).errors.map(String)).toEqual([]);
  });

  it('ends the round of a consumer of a stream that collects whenever it gets items', async () => {
    const collector = new TelemetryCollector({ bufferSize: 1 });
    const stream = new TelemetryStream({ collector, interval: 1_000 });
    let heard = 0;
    stream.addConsumer(() => {
      heard += 1;
      if (heard < FAR_TOO_MANY) collector.collectEvent('consumer', 'heard');
    });
    stream.start();
    collector.collectEvent('a', 'b');
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(heard).toBeLessThan(2_000);
    await stream.stop();
    expectBalance(collector);
  });

  it('does not take an application that collects much at once for such a sink', async () => {
    const collector = new TelemetryCollector({ bufferSize: 1 }, { maxEvents: 5_000 });
    for (let i = 0; i < 5_000; i += 1) collector.collectEvent('a', 'b');
    expect((await collector.storage.retrieve()).size).toBe(5_000);
    expect(collector.health().deferredFlushes).toBe(0);
  });
});
