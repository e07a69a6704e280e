import { describe, expect, it } from '@jest/globals';
import { EventType, TelemetryCollector } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { expectBalance } from '../helpers/ledger.js';

describe('collecting', () => {
  it('collects from positional arguments and from objects', async () => {
    const collector = new TelemetryCollector();
    const event = collector.collectEvent('app', 'hello', EventType.ERROR, { a: 1 });
    expect(event).toMatchObject({ source: 'app', message: 'hello', eventType: 'error', metadata: { a: 1 } });
    expect(collector.collectEvent({ source: 'app', message: 'again' })?.eventType).toBe('info');
    expect(collector.collectMetric({ name: 'm', value: 2, unit: 'ms', tags: { k: true } })).toMatchObject({
      name: 'm',
      value: 2,
      unit: 'ms',
      tags: { k: true },
    });
    const flushed = collector.flush();
    expect([flushed.events.length, flushed.metrics.length]).toEqual([2, 1]);
    expect((await collector.storage.retrieve()).size).toBe(3);
    expectBalance(collector);
  });

  it('flushes by size, of both kinds together, and by interval', async () => {
    const clock = new ManualClock();
    const collector = new TelemetryCollector({ bufferSize: 2, flushInterval: 5 }, { clock });
    collector.collectEvent('a', '1');
    expect((await collector.storage.retrieve()).size).toBe(0);
    collector.collectMetric('m', 1);
    expect((await collector.storage.retrieve()).size).toBe(2);
    collector.collectEvent('a', '2');
    clock.advance(4_999);
    expect((await collector.storage.retrieve()).size).toBe(2);
    clock.advance(1);
    expect((await collector.storage.retrieve()).size).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('flushes by interval from the first item of each batch on, whenever the batch before it left', async () => {
    const clock = new ManualClock();
    const collector = new TelemetryCollector({ bufferSize: 3, flushInterval: 5 }, { clock });
    const stored = async (): Promise<number> => (await collector.storage.retrieve()).size;
    collector.collectEvent('a', '1');
    clock.advance(1_000);
    for (let i = 2; i <= 3; i += 1) collector.collectEvent('a', String(i));
    expect(await stored()).toBe(3);
    clock.advance(1_000);
    collector.collectEvent('a', '4');
    clock.advance(4_999);
    expect(await stored()).toBe(3);
    clock.advance(1);
    expect(await stored()).toBe(4);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind once the application has flushed', async () => {
    const clock = new ManualClock();
    const collector = new TelemetryCollector({ bufferSize: 2, flushInterval: 5 }, { clock });
    for (let i = 0; i < 3; i += 1) collector.collectEvent('a', String(i));
    expect(clock.pending).toBe(1);
    collector.flush();
    expect(clock.pending).toBe(0);
    for (let i = 0; i < 3; i += 1) collector.collectEvent('a', String(i));
    await collector.shutdown();
    expect(clock.pending).toBe(0);
    expect(collector.health()).toMatchObject({ accepted: 6, delivered: 6 });
  });

  it('flushes by interval although the clock that it is given stands', async () => {
    const timers: (() => void)[] = [];
    const clock = {
      now: () => 0,
      after: (_delay: number, run: () => void): (() => void) => {
        timers.push(run);
        return () => undefined;
      },
    };
    const collector = new TelemetryCollector({ bufferSize: 2, flushInterval: 5 }, { clock });
    for (let i = 0; i < 3; i += 1) collector.collectEvent('a', String(i));
    for (const run of timers.splice(0)) run();
    expect((await collector.storage.retrieve()).size).toBe(3);
  });

  it('flushes by interval again after a timer was lost, as with fake timers that a test has put away', async () => {
    const clock = new ManualClock();
    let loses = true;
    const losing = {
      now: () => clock.now(),
      after: (delay: number, run: () => void) => (loses ? () => undefined : clock.after(delay, run)),
    };
    const collector = new TelemetryCollector({ bufferSize: 2, flushInterval: 5 }, { clock: losing });
    collector.collectEvent('a', '1');
    loses = false;
    clock.advance(11_000);
    for (let i = 2; i <= 3; i += 1) collector.collectEvent('a', String(i));
    clock.advance(5_000);
    expect((await collector.storage.retrieve()).size).toBe(3);
  });

  it('gives null if it is disabled, and starts no timer', () => {
    const clock = new ManualClock();
    const collector = new TelemetryCollector(
      { enabled: false, storageBackend: 'file', storagePath: '/proc/none/x' },
      { clock },
    );
    expect(collector.collectEvent('a', 'b')).toBeNull();
    expect(collector.collectMetric('a', 1)).toBeNull();
    expect(clock.pending).toBe(0);
    expect(collector.health().accepted).toBe(0);
  });

  it('bounds its own memory storage, and counts what leaves', async () => {
    const collector = new TelemetryCollector({ bufferSize: 1 }, { maxEvents: 3 });
    for (let i = 0; i < 5; i += 1) collector.collectEvent('a', String(i));
    expect((await collector.storage.retrieve()).events.map(({ message }) => message)).toEqual(['2', '3', '4']);
    expect(collector.health().evicted).toBe(2);
  });

  it('throws at no call site, whatever is passed', () => {
    const collector = new TelemetryCollector();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const hostile: unknown[] = [
      cycle,
      {
        get boom() {
          throw new Error('no');
        },
      },
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
      new Proxy(
        {},
        {
          get() {
            throw new Error('no');
          },
          getPrototypeOf() {
            throw new Error('no');
          },
        },
      ),
      { big: 10n ** 30n, small: 5n, f: () => 1, s: Symbol('x'), date: new Date(Number.NaN) },
      JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 1, "": 2}'),
      { lone: '\ud800', '\udfff': 1 },
      'text',
      5,
      null,
      [1, 2],
      new Map([['k', new Set([1])]]),
      new Error('e'),
      Object.create(null),
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ];
    const collect = collector.collectEvent.bind(collector) as (...args: unknown[]) => unknown;
    const measure = collector.collectMetric.bind(collector) as (...args: unknown[]) => unknown;
    for (const value of hostile) {
      expect(collect('a', 'b', 'info', value)).not.toBeNull();
      expect(() => collect(value, value, value, value)).not.toThrow();
      expect(() => measure(value, value, value, value)).not.toThrow();
      expect(measure('m', 1, value, value)).not.toBeNull();
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const data = collector.flush();
    for (const event of data.events) expect(() => JSON.stringify(event)).not.toThrow();
    expectBalance(collector);
  });

  it('bounds what it copies of metadata, whatever sizes they claim to have', () => {
    const collector = new TelemetryCollector();
    const endless = new Proxy([], {
      get: (target, key) => (key === 'length' ? Number.POSITIVE_INFINITY : Reflect.get(target, key)),
    });
    for (const hostile of [
      { x: Object.assign([], { length: 4_294_967_295 }) },
      { x: endless },
      { x: new Set(Array.from({ length: 100_000 }, (_, i) => i)) },
      { x: new Map(Array.from({ length: 100_000 }, (_, i) => [i, null])) },
      Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, null])),
    ]) {
      const event = collector.collectEvent('a', 'b', 'info', hostile);
      expect(JSON.stringify(event?.metadata).length).toBeLessThan(20_000);
      expect(event?.otel?.droppedAttributesCount).toBeGreaterThan(0);
    }
  });

  it('copies metadata at the call, in a form that all storages agree on', () => {
    const collector = new TelemetryCollector();
    const metadata = {
      list: [1, Number.NaN],
      bytes: new Uint8Array([1, 2]),
      nested: { a: -0, at: new Date(0) },
      none: undefined,
    };
    const event = collector.collectEvent('a', 'b', 'info', metadata);
    metadata.list.push(9);
    metadata.nested.a = 9;
    expect(event?.metadata).toEqual({
      list: [1, 'NaN'],
      bytes: new Uint8Array([1, 2]),
      nested: { a: 0, at: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('refuses metrics without a name or a number, and counts them; NaN is a number', () => {
    const collector = new TelemetryCollector();
    expect(collector.collectMetric('', 1)).toBeNull();
    expect(collector.collectMetric('m', '1' as unknown as number)).toBeNull();
    expect(collector.collectMetric('m', Number.NaN)?.value).toBeNaN();
    expect(collector.health()).toMatchObject({ accepted: 1, rejected: { invalid_metric: 2 } });
  });
});
