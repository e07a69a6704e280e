import { describe, expect, it } from '@jest/globals';
import { MemoryStorage, TelemetryCollector, type TelemetryData, TelemetryStream } from 'rimp-telemetry';

const messages = (batches: readonly TelemetryData[]) =>
  batches.flatMap(({ events }) => events.map(({ message }) => message));

describe('TelemetryStream', () => {
  it('brings everything to consumers and storage, also what was buffered before and what stop() flushes', async () => {
    const collector = new TelemetryCollector({ bufferSize: 3 });
    const storage = new MemoryStorage();
    const stream = new TelemetryStream({ collector, storage, interval: 3600 });
    const heard: TelemetryData[] = [];
    stream.addConsumer((data) => heard.push(data));
    collector.collectEvent('a', 'before');
    stream.start();
    stream.start();
    expect(stream.isRunning).toBe(true);
    for (let i = 0; i < 5; i += 1) collector.collectEvent('a', String(i));
    collector.collectMetric('m', 1);
    await stream.stop();
    await stream.stop();
    expect(stream.isRunning).toBe(false);
    expect(messages(heard)).toEqual(['before', '0', '1', '2', '3', '4']);
    expect((await storage.retrieve()).size).toBe(7);
    expect((await collector.storage.retrieve()).size).toBe(7);
  });

  it('flushes its collector every interval seconds', async () => {
    const collector = new TelemetryCollector({ flushInterval: 3600 });
    const stream = new TelemetryStream(collector, null, 0.01);
    stream.start();
    collector.collectEvent('a', 'b');
    const data = await new Promise<TelemetryData>((resolve) => stream.addConsumer(resolve));
    expect(messages([data])).toEqual(['b']);
    await stream.stop();
  });

  it('may be one of several, each of which gets everything', async () => {
    const collector = new TelemetryCollector();
    const heard: TelemetryData[][] = [[], []];
    const streams = heard.map((list) => {
      const stream = new TelemetryStream(collector);
      stream.addConsumer((data) => list.push(data));
      stream.start();
      return stream;
    });
    for (let i = 0; i < 250; i += 1) collector.collectEvent('a', String(i));
    await Promise.all(streams.map((stream) => stream.stop()));
    expect(heard.map((list) => messages(list).length)).toEqual([250, 250]);
  });

  it('goes on if a consumer throws or rejects, and counts it', async () => {
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream(collector);
    const heard: TelemetryData[] = [];
    stream.addConsumer(() => {
      throw new Error('thrown');
    });
    stream.addConsumer(() => Promise.reject(new Error('rejected')));
    stream.addConsumer((data) => heard.push(data));
    stream.start();
    collector.collectEvent('a', 'b');
    await stream.stop();
    expect(messages(heard)).toEqual(['b']);
    expect(collector.health().consumerErrors).toBe(2);
  });

  it('calls a consumer no more once it is removed', async () => {
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream(collector);
    const heard: TelemetryData[] = [];
    const consumer = (data: TelemetryData) => heard.push(data);
    const remove = stream.addConsumer(consumer);
    stream.addConsumer(consumer);
    remove();
    remove();
    expect(stream.removeConsumer(consumer)).toBe(true);
    expect(stream.removeConsumer(consumer)).toBe(false);
    stream.start();
    collector.collectEvent('a', 'b');
    await stream.stop();
    expect(heard).toEqual([]);
  });

  it('can be iterated over until it is stopped, and started again', async () => {
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream(collector);
    for (const round of ['one', 'two']) {
      stream.start();
      const iterated = (async () => {
        const batches: TelemetryData[] = [];
        for await (const data of stream) batches.push(data);
        return batches;
      })();
      collector.collectEvent('a', round);
      collector.flush();
      collector.collectEvent('a', 'last');
      await stream.stop();
      expect(messages(await iterated)).toEqual([round, 'last']);
    }
  });

  it('can be started again while it stops, and brings each item once', async () => {
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream(collector);
    const heard: TelemetryData[] = [];
    stream.addConsumer((data) => heard.push(data));
    stream.start();
    collector.collectEvent('a', 'one');
    const stopping = stream.stop();
    stream.start();
    await stopping;
    expect(stream.isRunning).toBe(true);
    collector.collectEvent('a', 'two');
    await stream.stop();
    collector.collectEvent('a', 'unheard');
    collector.flush();
    expect(messages(heard)).toEqual(['one', 'two']);
    expect(Object.keys(collector.health().sinks)).toContain('stream');
    for (const { accepted, delivered } of Object.values(collector.health().sinks)) expect(delivered).toBe(accepted);
  });

  it('is counted, and waited for, while it stops; a consumer that hangs holds up nobody for ever', async () => {
    const collector = new TelemetryCollector();
    const stream = new TelemetryStream(collector);
    stream.addConsumer(() => new Promise(() => undefined));
    stream.start();
    collector.collectEvent('a', 'b');
    const stopping = stream.stop();
    expect(collector.health().sinks.stream).toMatchObject({ accepted: 1, queued: 1 });
    const { complete } = await collector.shutdown({ timeoutMillis: 100 });
    await stopping;
    expect(complete).toBe(false);
    expect(collector.health().sinks.stream).toMatchObject({ accepted: 1, queued: 0, dropped: { shutdown_timeout: 1 } });
  });

  it('has its storage up to date when it has stopped, also one that it shares', async () => {
    const storage = new MemoryStorage();
    const slow = {
      stored: 0,
      store: async (data: TelemetryData) => {
        await new Promise(setImmediate);
        await storage.store(data);
        slow.stored += data.size;
      },
      retrieve: storage.retrieve.bind(storage),
      scan: storage.scan.bind(storage),
      clear: storage.clear.bind(storage),
      close: storage.close.bind(storage),
    };
    const collector = new TelemetryCollector({}, { storage: slow });
    const stream = new TelemetryStream({ collector, storage: slow });
    stream.start();
    collector.collectEvent('a', 'b');
    await stream.stop();
    expect(slow.stored).toBe(1);
  });

  it('refuses a wrong option, and says what it expected', () => {
    const collector = new TelemetryCollector();
    expect(() => new TelemetryStream({} as never)).toThrow(/"collector" to be a TelemetryCollector/);
    expect(() => new TelemetryStream(collector, {} as never)).toThrow(/"storage" to be a storage with store\(\)/);
    expect(() => new TelemetryStream(collector, null, 0)).toThrow(/"interval" to be a positive number of seconds/);
    expect(() => new TelemetryStream(collector).addConsumer(5 as never)).toThrow(/"consumer" to be a function, got 5/);
  });
});
