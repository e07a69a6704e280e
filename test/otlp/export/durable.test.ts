import { existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTelemetry } from 'rimp-telemetry';
import { collect, counters, endAll, messages, names, newDirectory, start } from '../../helpers/durable-export.js';
import { freePort } from '../../helpers/free-port.js';
import { expectBalance } from '../../helpers/ledger.js';
import { answering } from '../../helpers/otlp-sink.js';
import { until } from '../../helpers/until.js';

afterEach(endAll);

describe('export from a queue on disk', () => {
  it('waits for a receiver that is down, and sends in order when it is up', async () => {
    const port = await freePort();
    const telemetry = start(`http://127.0.0.1:${port}`, newDirectory());
    collect(telemetry, 0, 3_000);
    const { complete } = await telemetry.forceFlush();
    expect(complete).toBe(true);
    expect(counters(telemetry)).toEqual({ accepted: 3_000, delivered: 0, queued: 3_000, dropped: {} });
    expect(telemetry.collector.health().lastError?.message).toContain('ECONNREFUSED');
    const sink = await answering(() => ({ status: 200 }), port);
    await telemetry.forceFlush();
    expect(messages(sink.requests)).toEqual(names(0, 3_000));
    expect(counters(telemetry)).toEqual({ accepted: 3_000, delivered: 3_000, queued: 0, dropped: {} });
    expectBalance(telemetry.collector);
  });

  it('leaves what could not be sent to the next start, in the order of the starts', async () => {
    const port = await freePort();
    const directory = newDirectory();
    for (const [from, to] of [
      [0, 700],
      [700, 1_400],
    ] as const) {
      const telemetry = start(`http://127.0.0.1:${port}`, directory, { protocol: 'http/json' });
      collect(telemetry, from, to);
      expect((await telemetry.shutdown()).complete).toBe(true);
      expect(counters(telemetry)).toMatchObject({ delivered: 0, queued: to, dropped: {} });
    }
    const sink = await answering(() => ({ status: 200 }), port);
    const telemetry = start(`http://127.0.0.1:${port}`, directory);
    collect(telemetry, 1_400, 1_500);
    await telemetry.shutdown();
    expect(messages(sink.requests)).toEqual(names(0, 1_500));
    expect(counters(telemetry)).toEqual({ accepted: 1_500, delivered: 1_500, queued: 0, dropped: {} });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('finds its directory again, however it is spelt, and what it cannot read hides nothing', async () => {
    const port = await freePort();
    const directory = newDirectory();
    const spelt = `${directory}/../${directory.split('/').at(-1)}/`;
    const first = start(`http://127.0.0.1:${port}`, spelt);
    collect(first, 0, 10);
    await first.shutdown();
    // as a directory of a process that is gone, but it is none
    writeFileSync(join(directory, 'logs.pb.1..0.0.00000000'), '');
    const sink = await answering(() => ({ status: 200 }), port);
    const second = start(`http://127.0.0.1:${port}`, spelt);
    await second.forceFlush();
    expect(messages(sink.requests)).toEqual(names(0, 10));
    expectBalance(second.collector);
  });

  it('keeps metrics as well, with the times at which they were measured', async () => {
    const port = await freePort();
    const directory = newDirectory();
    const first = start(`http://127.0.0.1:${port}`, directory);
    first.collector.collectMetric('checkout.items', 3, 'items');
    await first.shutdown();
    const ended = Date.now();
    const sink = await answering(() => ({ status: 200 }), port);
    await until(() => Date.now() > ended + 1);
    const second = start(`http://127.0.0.1:${port}`, directory);
    await second.shutdown();
    const [request] = sink.requests.filter(({ path }) => path === '/v1/metrics');
    const metric = JSON.parse(String(request?.body)).resourceMetrics[0].scopeMetrics[0].metrics[0];
    expect(metric).toMatchObject({ name: 'checkout.items', gauge: { dataPoints: [{ asDouble: 3 }] } });
    expect(Number(BigInt(metric.gauge.dataPoints[0].timeUnixNano) / 1_000_000n)).toBeLessThanOrEqual(ended);
    expect(second.collector.health().sinks['otlp-metrics']).toMatchObject({ delivered: 1, queued: 0, dropped: {} });
  });

  it('drops the oldest if there is no room, and counts them', async () => {
    const port = await freePort();
    const telemetry = start(`http://127.0.0.1:${port}`, newDirectory(), {}, 200_000);
    collect(telemetry, 0, 5_000);
    await telemetry.forceFlush();
    const { queued = 0, dropped = {} } = counters(telemetry) ?? {};
    expect(dropped.queue_full).toBeGreaterThan(0);
    expect(queued + (dropped.queue_full ?? 0)).toBe(5_000);
    const sink = await answering(() => ({ status: 200 }), port);
    await telemetry.forceFlush();
    expect(messages(sink.requests)).toEqual(names(5_000 - queued, 5_000));
    expectBalance(telemetry.collector);
  });

  it('ends within its time if the receiver never answers, and loses nothing', async () => {
    const silent = await answering(() => undefined);
    const directory = newDirectory();
    const telemetry = start(silent.url, directory);
    collect(telemetry, 0, 100);
    const before = Date.now();
    await telemetry.shutdown({ timeoutMillis: 300 });
    expect(Date.now() - before).toBeLessThan(8_000);
    expect(counters(telemetry)).toEqual({ accepted: 100, delivered: 0, queued: 100, dropped: {} });
    const sink = await answering(() => ({ status: 200 }));
    const next = start(sink.url, directory);
    await next.forceFlush();
    expect(messages(sink.requests)).toEqual(names(0, 100));
  });

  it('goes on if a file of the queue is torn or damaged', async () => {
    const port = await freePort();
    const directory = newDirectory();
    const first = start(`http://127.0.0.1:${port}`, directory);
    collect(first, 0, 1_500);
    await first.shutdown();
    const [queue = ''] = readdirSync(directory);
    const [file = ''] = readdirSync(join(directory, queue)).filter((name) => name.endsWith('.otlp'));
    const path = join(directory, queue, file);
    truncateSync(path, 200_000);
    const sink = await answering(() => ({ status: 200 }), port);
    const second = start(`http://127.0.0.1:${port}`, directory);
    await second.shutdown();
    // what is before the torn entry arrives, the rest is counted
    expect(messages(sink.requests)).toEqual(names(0, 512));
    expect(counters(second)).toMatchObject({ accepted: 1_500, delivered: 512, dropped: { disk_failed: 988 } });
    expectBalance(second.collector);
  });

  it('writes again after its directory was removed', async () => {
    const port = await freePort();
    const directory = newDirectory();
    const telemetry = start(`http://127.0.0.1:${port}`, directory);
    collect(telemetry, 0, 10);
    await telemetry.forceFlush();
    rmSync(directory, { recursive: true, force: true });
    collect(telemetry, 10, 20);
    await telemetry.forceFlush();
    expect(existsSync(directory)).toBe(true);
    const sink = await answering(() => ({ status: 200 }), port);
    await telemetry.forceFlush();
    await until(() => counters(telemetry)?.queued === 0);
    // what the removed files held arrives as far as they are still open
    expect(messages(sink.requests)).toEqual(expect.arrayContaining(names(10, 20)));
    const { delivered = 0, dropped = {} } = counters(telemetry) ?? {};
    expect(delivered + (dropped.disk_failed ?? 0)).toBe(20);
  });

  it('names what is wrong with its options', () => {
    const directory = newDirectory();
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const wrong = (queue: object): (() => unknown) => {
      return () => startTelemetry({ register: false, otlp: { endpoint: 'http://127.0.0.1:9', queue: queue as never } });
    };
    expect(wrong({})).toThrow('expected "otlp.queue.directory" to be the path of a directory, got undefined');
    expect(wrong({ directory, maxByte: 1 })).toThrow('did you mean "maxBytes"?');
    expect(wrong({ directory: file })).toThrow('expected "otlp.queue.directory" to be a directory that can be written');
  });

  it('keeps telemetry in memory while the disk takes nothing', async () => {
    const sink = await answering(() => ({ status: 200 }));
    const directory = newDirectory();
    const telemetry = start(sink.url, directory);
    rmSync(directory, { recursive: true, force: true });
    // a file in the place of the directory
    writeFileSync(directory, '');
    collect(telemetry, 0, 600);
    await telemetry.forceFlush();
    expect(messages(sink.requests)).toEqual(names(0, 600));
    expect(counters(telemetry)).toEqual({ accepted: 600, delivered: 600, queued: 0, dropped: {} });
    expect(telemetry.collector.health().lastError?.message).toContain('is not writable');
  });
});

it('a server that cannot be distinguished from one that hangs does not slow call sites', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const telemetry = start(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, newDirectory());
  const before = process.memoryUsage().rss;
  for (let turn = 0; turn < 50; turn += 1) {
    collect(telemetry, turn * 1_000, turn * 1_000 + 1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(counters(telemetry)).toEqual({ accepted: 50_000, delivered: 0, queued: 50_000, dropped: {} });
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  silent.closeAllConnections();
  silent.close();
});
