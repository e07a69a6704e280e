import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CollectorOptions,
  createOtlpReceiver,
  MemoryStorage,
  StorageError,
  TelemetryCollector,
  type TelemetryData,
} from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';
import { logsRequest, post } from '../helpers/otlp.js';
import { until } from '../helpers/until.js';

const open: { shutdown(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.shutdown();
});

const record = (message: string) => ({
  body: { stringValue: message },
  attributes: [{ key: 'log.record.uid', value: { stringValue: message } }],
});

async function receive(options: CollectorOptions = {}) {
  const collector = new TelemetryCollector({}, options);
  const receiver = await createOtlpReceiver({ port: 0, collector });
  open.push(collector, receiver);
  const send = (...messages: string[]) => post(`${receiver.url}/v1/logs`, logsRequest(...messages.map(record)));
  return { collector, send };
}

/** A storage without storeSync that does as `store` says before it keeps a batch. */
function storageThat(store: (data: TelemetryData) => Promise<void>) {
  const kept: string[] = [];
  const storage = Object.assign(new MemoryStorage(), {
    storeSync: undefined as never,
    kept,
    store: async (data: TelemetryData) => {
      await store(data);
      kept.push(...data.events.map(({ message }) => message));
    },
  });
  return storage;
}

describe('a received request', () => {
  it('loses the record alone that no try can store, and says how many', async () => {
    const storage = storageThat(async ({ events }) => {
      if (events.some(({ message }) => message === 'bad')) throw new StorageError('no such text', { permanent: true });
    });
    const { collector, send } = await receive({ storage });
    const answer = await send('a', 'b', 'bad', 'c', 'd');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringContaining('refused') } },
    ]);
    expect(storage.kept).toEqual(['a', 'b', 'c', 'd']);
    expect((await send('e')).text).toBe('{}');
    expect(collector.health()).toMatchObject({ accepted: 6, delivered: 5, queued: 0, dropped: { refused: 1 } });
    expectBalance(collector);
  });

  it('is taken back from the queue of a storage that fails, so that it comes again without a copy', async () => {
    let fails = true;
    const storage = storageThat(async () => {
      if (fails) throw new Error('the disk is full');
    });
    const { collector, send } = await receive({ storage });
    for (let i = 0; i < 3; i += 1) expect((await send('a', 'b')).status).toBe(503);
    expect(collector.health().sinks.storage).toMatchObject({ queued: 0, delivered: 0, dropped: { returned: 6 } });
    fails = false;
    expect((await send('a', 'b')).status).toBe(200);
    await collector.forceFlush();
    expect(storage.kept).toEqual(['a', 'b']);
    expectBalance(collector);
  });

  it('is not failed by what somebody else loses meanwhile', async () => {
    const { collector, send } = await receive();
    let losses = 0;
    const handle = collector.addSink('picky', {
      store: async ({ events }) => {
        if (!events.some(({ source }) => source === 'app')) return;
        losses += 1;
        throw new StorageError('no', { permanent: true, dropped: { picky: 1 } });
      },
    });
    for (let i = 0; i < 5; i += 1) {
      collector.collectEvent('app', `own-${i}`);
      expect((await send(`sent-${i}`)).text).toBe('{}');
    }
    expect(losses).toBeGreaterThan(0);
    expectBalance(collector);
    await handle.remove();
  });

  it('comes through while another request keeps failing', async () => {
    const storage = storageThat(async ({ events }) => {
      if (events.some(({ message }) => message === 'slow')) throw new Error('busy');
    });
    const { collector, send } = await receive({ storage });
    const failing = send('slow');
    await until(() => collector.health().sinks.storage?.queued === 1);
    const behind = send('sound');
    expect((await failing).status).toBe(503);
    expect((await behind).status).toBe(200);
    expect(storage.kept).toEqual(['sound']);
  });

  it('is taken apart into batches that fit into the queue', async () => {
    const { collector, send } = await receive({ maxQueueSize: 100 });
    let stored = 0;
    collector.addSink('slow', {
      store: async ({ size }) => {
        await new Promise((resolve) => setImmediate(resolve));
        stored += size;
      },
    });
    const messages = Array.from({ length: 1_000 }, (_, i) => String(i));
    expect((await send(...messages)).text).toBe('{}');
    expect([stored, collector.health().sinks.slow?.dropped]).toEqual([1_000, {}]);
  });

  it('is answered 503 by a collector that shuts down, and nothing of it stays behind', async () => {
    const storage = storageThat(() => new Promise(() => undefined));
    const { collector, send } = await receive({ storage });
    const answer = send('a');
    await until(() => collector.health().queued === 1);
    await collector.shutdown({ timeoutMillis: 50 });
    expect((await answer).status).toBe(503);
    expect(collector.health().queued).toBe(0);
    expectBalance(collector);
  });
});
