import { describe, expect, it } from '@jest/globals';
import {
  EventType,
  MemoryStorage,
  StorageError,
  TelemetryCollector,
  TelemetryConfig,
  type TelemetryData,
} from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { expectBalance } from '../helpers/ledger.js';

describe('TelemetryConfig', () => {
  it('has the defaults of the reference', () => {
    const { enabled, bufferSize, flushInterval, realtimeMode, storageBackend, storagePath } = new TelemetryConfig();
    expect({ enabled, bufferSize, flushInterval, realtimeMode, storageBackend, storagePath }).toEqual({
      enabled: true,
      bufferSize: 100,
      flushInterval: 5,
      realtimeMode: true,
      storageBackend: 'memory',
      storagePath: undefined,
    });
  });

  it('names all problems at once, and the right spelling of a misspelt field', () => {
    const config = new TelemetryConfig({
      bufferSize: 0,
      flushInterval: '5',
      storageBackend: 'file',
      bufer_size: 3,
    } as object);
    expect(() => config.validate()).toThrow(
      /unknown field "bufer_size": did you mean "bufferSize"\?.*"bufferSize" to be a positive integer, got 0 \(number\).*"flushInterval".*got "5" \(string\).*"storagePath"/s,
    );
    expect(() => new TelemetryCollector({ bufferSize: -1 })).toThrow(/bufferSize/);
  });

  it('reads the environment', () => {
    const config = TelemetryConfig.fromEnv({ RIMP_ENABLED: 'no', RIMP_BUFFER_SIZE: '7', RIMP_STORAGE_PATH: '' });
    expect(config).toMatchObject({ enabled: false, bufferSize: 7, storagePath: undefined });
    expect(() => TelemetryConfig.fromEnv({ RIMP_BUFFER_SIZE: 'many' }).validate()).toThrow(/got "many" \(string\)/);
  });
});

describe('collecting', () => {
  it('takes positional arguments and objects', async () => {
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

  it('survives whatever a call site passes', () => {
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

  it('bounds what it copies, whatever the sizes say', () => {
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

describe('listeners', () => {
  it('hear each item alone, while it is collected; what they throw harms nobody', async () => {
    const collector = new TelemetryCollector();
    const heard: number[] = [];
    collector.addListener(() => {
      throw new Error('listener');
    });
    collector.addListener(async () => {
      throw new Error('listener');
    });
    const remove = collector.addListener((data: TelemetryData) => {
      heard.push(data.size);
    });
    collector.collectEvent('a', '1');
    collector.collectMetric('m', 1);
    expect(heard).toEqual([1, 1]);
    remove();
    collector.collectEvent('a', '2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard.length).toBe(2);
    expect(collector.health().listenerErrors).toBe(6);
  });

  it('may collect themselves, to a depth', () => {
    const collector = new TelemetryCollector();
    let heard = 0;
    collector.addListener(() => {
      heard += 1;
      collector.collectEvent('listener', 'again');
    });
    collector.collectEvent('a', 'first');
    expect(heard).toBe(8);
    expect(collector.health()).toMatchObject({ accepted: 9, listenerDepthExceeded: 1 });
  });

  it('hear nothing if realtimeMode is off', () => {
    const collector = new TelemetryCollector({ realtimeMode: false });
    let heard = 0;
    collector.addListener(() => {
      heard += 1;
    });
    collector.collectEvent('a', 'b');
    expect(heard).toBe(0);
  });
});

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

  it('are tried again, in order, and lose nothing', async () => {
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

  it('lose what is permanently refused, by reason', async () => {
    const storage = failing(1, () => new StorageError('bad', { permanent: true, dropped: { not_serializable: 1 } }));
    const collector = new TelemetryCollector({}, { storage });
    collector.collectEvent('a', '1');
    collector.collectEvent('a', '2');
    await collector.forceFlush();
    expect(collector.health()).toMatchObject({ delivered: 1, dropped: { not_serializable: 1 } });
    expectBalance(collector);
  });

  it('may say nonsense about what they lost: all of it is, and the next batch comes', async () => {
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

  it('are not waited for by a flush for what comes after it', async () => {
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

  it('are given up at shutdown within its time, with the loss counted', async () => {
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

  it('drop what their queue has no room for, with the reason', async () => {
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
