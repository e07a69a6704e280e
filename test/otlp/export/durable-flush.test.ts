import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { type StartedTelemetry, startTelemetry } from 'rimp-telemetry';
import { FaultyFs } from '../../helpers/faulty-fs.js';
import { expectBalance } from '../../helpers/ledger.js';
import { answering, closeSinks } from '../../helpers/otlp-sink.js';

const directories: string[] = [];
const started: StartedTelemetry[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((telemetry) => telemetry.shutdown({ timeoutMillis: 200 })));
  await closeSinks();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function start(endpoint: string, directory = mkdtempSync(join(tmpdir(), 'rimp-queue-'))): StartedTelemetry {
  directories.push(directory);
  const telemetry = startTelemetry({
    register: false,
    otlp: { endpoint, protocol: 'http/json', queue: { directory } },
  });
  started.push(telemetry);
  return telemetry;
}

const countersOf = (telemetry: StartedTelemetry) => telemetry.collector.health().sinks['otlp-logs'];

it('a flush under load ends when what was there at the call is delivered', async () => {
  const sink = await answering(() => ({ status: 200 }));
  const telemetry = start(sink.url);
  const load = setInterval(() => telemetry.collector.collectEvent('load', 'more'), 1);
  try {
    for (let round = 0; round < 3; round += 1) {
      telemetry.collector.collectEvent('app', `marked ${round}`);
      const { complete } = await telemetry.forceFlush({ timeoutMillis: 5_000 });
      expect(complete).toBe(true);
      expect(sink.requests.map(({ body }) => body.toString()).join('')).toContain(`marked ${round}`);
    }
  } finally {
    clearInterval(load);
  }
});

it('flushing again and again does not press an endpoint that answers 503', async () => {
  let requests = 0;
  const sink = await answering(() => {
    requests += 1;
    return { status: 503 };
  });
  const telemetry = start(sink.url);
  telemetry.collector.collectEvent('app', 'waits');
  for (const end = performance.now() + 3_000; performance.now() < end; ) await telemetry.forceFlush();
  expect(requests).toBeGreaterThan(1);
  expect(requests).toBeLessThanOrEqual(8);
  expect(countersOf(telemetry)).toMatchObject({ accepted: 1, queued: 1, dropped: {} });
});

it.each([
  ['answers 503', () => answering(() => ({ status: 503 }))],
  ['refuses connections', () => Promise.resolve({ url: 'http://127.0.0.1:9' })],
])('a flush is complete when all is on the disk, though the endpoint %s', async (_what, listen) => {
  const telemetry = start((await listen()).url);
  telemetry.collector.collectEvent('app', 'waits');
  expect(await telemetry.forceFlush()).toEqual({ complete: true, errors: [] });
  expect(countersOf(telemetry)).toEqual({ accepted: 1, delivered: 0, queued: 1, dropped: {} });
});

it('a start throws nothing, and later calls neither, if the disk fails in any way', async () => {
  const sink = await answering(() => ({ status: 200 }));
  for (const code of ['ELOOP', 'EACCES', 'EROFS', 'ENOSPC', 'EMFILE', 'EIO']) {
    const directory = mkdtempSync(join(tmpdir(), 'rimp-queue-'));
    const faulty = new FaultyFs({ under: directory, code, count: Number.POSITIVE_INFINITY });
    try {
      const telemetry = start(sink.url, directory);
      telemetry.collector.collectEvent('app', `in spite of ${code}`);
      await telemetry.forceFlush();
      expect(countersOf(telemetry)).toMatchObject({ accepted: 1, delivered: 1, queued: 0, dropped: {} });
      expect(telemetry.collector.health().lastError?.message).toContain(code);
      expectBalance(telemetry.collector);
    } finally {
      faulty.restore();
    }
  }
});

it('what waits in memory for a full disk is not called complete by a flush, nor at the end', async () => {
  let status = 503;
  const sink = await answering(() => ({ status }));
  const telemetry = start(sink.url);
  const [directory = ''] = directories;
  const full = new FaultyFs({ under: directory, code: 'ENOSPC', only: /^write/, count: Number.POSITIVE_INFINITY });
  try {
    for (let i = 0; i < 20; i += 1) telemetry.collector.collectEvent('app', `event ${i}`);
    const flushed = await telemetry.forceFlush();
    expect(flushed.complete).toBe(false);
    expect(flushed.errors.map(({ message }) => message).join()).toContain('20 items are neither sent nor on the disk');
    expect(countersOf(telemetry)).toEqual({ accepted: 20, delivered: 0, queued: 20, dropped: {} });
    const { complete } = await telemetry.shutdown({ timeoutMillis: 3_000 });
    expect(complete).toBe(false);
    expect(countersOf(telemetry)).toEqual({ accepted: 20, delivered: 0, queued: 0, dropped: { disk_failed: 20 } });
  } finally {
    full.restore();
  }
  status = 200;
  const again = start(sink.url, directory);
  await again.forceFlush();
  expect(countersOf(again)).toMatchObject({ accepted: 0 });
});
