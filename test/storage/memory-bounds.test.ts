import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryStorage, TelemetryCollector, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { sizeOfItem } from '../../src/model/item-size.js';
import { expectBalance } from '../helpers/ledger.js';

const event = (message: string) => new TelemetryEvent({ eventId: 'e', source: 's', message });

describe('a memory storage', () => {
  it('keeps the last items that have room in its bytes, and counts those that left', async () => {
    const item = (length: number, isEvent: boolean) =>
      isEvent
        ? event('x'.repeat(length))
        : new TelemetryMetric({ metricId: 'm', name: 'y'.repeat(length + 1), value: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2_000), fc.boolean()), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (wanted, maxEvents) => {
          const maxBytes = 20_000;
          const storage = new MemoryStorage({ maxEvents, maxMetrics: Number.POSITIVE_INFINITY, maxBytes });
          let kept: (TelemetryEvent | TelemetryMetric)[] = [];
          for (const [length, isEvent] of wanted) {
            const one = item(length, isEvent);
            await storage.store(
              new TelemetryData(one instanceof TelemetryEvent ? { events: [one] } : { metrics: [one] }),
            );
            kept.push(one);
            const events = kept.filter((other) => other instanceof TelemetryEvent);
            if (events.length > maxEvents) kept = kept.filter((other) => other !== events[0]);
            while (kept.reduce((sum, other) => sum + sizeOfItem(other), 0) > maxBytes) kept.shift();
          }
          const found: (TelemetryEvent | TelemetryMetric)[] = [];
          for await (const one of storage.scan()) found.push(one);
          expect(found).toEqual(kept);
          expect(storage.evicted).toBe(wanted.length - kept.length);
        },
      ),
      { numRuns: 100, seed: 14 },
    );
  });

  it('does not keep an item that is larger than all it may keep', async () => {
    const storage = new MemoryStorage({ maxBytes: 10_000 });
    await storage.store(new TelemetryData({ events: [event('small'), event('x'.repeat(10_000)), event('next')] }));
    expect((await storage.retrieve()).events.map(({ message }) => message)).toEqual(['next']);
    expect(storage.evicted).toBe(2);
  });

  it('of a collector keeps 64 MiB, however large the items are', async () => {
    const collector = new TelemetryCollector();
    for (let i = 0; i < 2_000; i += 1) collector.collectEvent('s', `${i} ${'x'.repeat(100_000)}`);
    collector.flush();
    const { events } = await collector.storage.retrieve();
    expect(events.length).toBe(Math.floor((64 * 1024 * 1024) / sizeOfItem(events[0] as TelemetryEvent)));
    expect(events.at(-1)?.message).toMatch(/^1999 /);
    expect(collector.health().evicted).toBe(2_000 - events.length);
    expectBalance(collector);
    await collector.shutdown();
  });
});
