import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { MemoryStorage, TelemetryCollector, type TelemetrySink, TelemetryStream } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { until } from '../helpers/until.js';

const requests = new AsyncLocalStorage<string>();
const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
const inRequest = <T>(run: () => T): T =>
  requests.run('a request', () => context.with(trace.setSpan(ROOT_CONTEXT, span), run));

const OUTSIDE = { request: undefined, span: undefined, suppressed: true };
const seen: (typeof OUTSIDE | { request: string | undefined })[] = [];
const look = (): undefined => {
  const active = context.active();
  seen.push({
    request: requests.getStore(),
    span: trace.getSpan(active),
    suppressed: isTracingSuppressed(active),
  } as typeof OUTSIDE);
};

/** A storage that looks around, before it waits and after. */
function watching(isSync = false): MemoryStorage {
  const store: TelemetrySink['store'] = async () => {
    look();
    await new Promise((resolve) => setImmediate(resolve));
    look();
  };
  return Object.assign(new MemoryStorage(), { store, storeSync: isSync ? look : (undefined as never) });
}

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

/** What sinks saw of the request in which something was done. */
async function seenBy(run: () => unknown): Promise<void> {
  seen.length = 0;
  await inRequest(async () => run());
  await until(() => seen.length > 0);
  for (const one of seen) expect(one).toEqual(OUTSIDE);
}

describe('the work of a collector belongs to no request', () => {
  it.each([false, true])(
    'runs outside the request that fills the buffer; a storage that stores synchronously: %p',
    async (isSync) => {
      const collector = new TelemetryCollector({ bufferSize: 2 }, { storage: watching(isSync) });
      await seenBy(() => {
        collector.collectEvent('a', 'b');
        collector.collectEvent('a', 'b');
      });
    },
  );

  it.each(['flush', 'forceFlush', 'shutdown'] as const)('runs outside the request that calls %s', async (call) => {
    const collector = new TelemetryCollector({}, { storage: watching() });
    await seenBy(() => {
      collector.collectEvent('a', 'b');
      return collector[call]();
    });
  });

  it('runs outside any request when the interval is over, by the clock of the machine and by another', async () => {
    const own = new TelemetryCollector({ flushInterval: 0.01 }, { storage: watching() });
    await seenBy(() => own.collectEvent('a', 'b'));
    const clock = new ManualClock();
    const other = new TelemetryCollector({ flushInterval: 1 }, { storage: watching(), clock });
    await seenBy(() => {
      other.collectEvent('a', 'b');
      clock.advance(1_000);
    });
  });

  it('runs outside any request when a stream brings items to its consumers', async () => {
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream({ collector, interval: 0.01 });
    stream.addConsumer(look);
    await seenBy(() => {
      stream.start();
      collector.collectEvent('a', 'b');
    });
    await stream.stop();
  });

  it('runs outside any request when a storage failed and is tried again', async () => {
    let attempts = 0;
    const storage = Object.assign(watching(), {
      store: async () => {
        look();
        attempts += 1;
        if (attempts < 3) throw new Error('busy');
      },
    });
    const collector = new TelemetryCollector({ bufferSize: 1 }, { storage });
    await seenBy(() => collector.collectEvent('a', 'b'));
    await until(() => attempts === 3);
    for (const one of seen) expect(one).toEqual(OUTSIDE);
  });

  it('calls a listener within the request that collects the item', () => {
    const collector = new TelemetryCollector();
    seen.length = 0;
    collector.addListener(look);
    inRequest(() => collector.collectEvent('a', 'b'));
    expect(seen).toMatchObject([{ request: 'a request' }]);
  });
});
