import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { TelemetryCollector, TelemetryStream } from 'rimp-telemetry';

const real = { setTimeout, clearTimeout };

afterEach(() => {
  jest.useRealTimers();
  Object.assign(globalThis, real);
});

describe('timers of other kinds', () => {
  it('may be numbers, as in a browser and in jsdom', async () => {
    const timers = new Map<number, NodeJS.Timeout>();
    const browser = {
      setTimeout: (run: () => void, delay: number) => {
        const id = timers.size + 1;
        timers.set(id, real.setTimeout(run, delay));
        return id;
      },
      clearTimeout: (id: number) => real.clearTimeout(timers.get(id)),
    };
    Object.assign(globalThis, browser);
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream({ collector });
    stream.start();
    expect(collector.collectEvent('a', 'b')).not.toBeNull();
    expect((await collector.forceFlush({ timeoutMillis: 1_000 })).complete).toBe(true);
    await stream.stop();
    expect((await collector.shutdown({ timeoutMillis: 1_000 })).complete).toBe(true);
    expect(timers.size).toBeGreaterThan(2);
  });

  it('may be fake ones: an interval passes when they are advanced', async () => {
    jest.useFakeTimers();
    const collector = new TelemetryCollector({ flushInterval: 5 });
    collector.collectEvent('a', 'b');
    jest.advanceTimersByTime(4_999);
    expect((await collector.storage.retrieve()).size).toBe(0);
    jest.advanceTimersByTime(1);
    expect((await collector.storage.retrieve()).size).toBe(1);
    expect((await collector.shutdown()).complete).toBe(true);
  });

  it('may be fake ones: a shutdown with a storage that hangs is over when its time has passed', async () => {
    jest.useFakeTimers();
    const storage = { store: () => new Promise<void>(() => undefined) } as never;
    const collector = new TelemetryCollector({}, { storage, warnOnLoss: false });
    collector.collectEvent('a', 'b');
    const over = collector.shutdown({ timeoutMillis: 1_000 });
    // the wall clock says nothing about it
    jest.setSystemTime(0);
    await jest.advanceTimersByTimeAsync(1_000);
    // what it does in the time that is left
    await jest.advanceTimersByTimeAsync(10);
    expect((await over).complete).toBe(false);
  });
});
