import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics';
import {
  type CollectorOptions,
  RimpLogRecordProcessor,
  RimpMetricReader,
  TelemetryCollector,
  type TelemetryConfigInit,
} from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { until } from '../helpers/until.js';

const errors: string[] = [];
const silent = () => undefined;
const logger: DiagLogger = {
  error: (...of) => errors.push(of.join(' ')),
  warn: silent,
  info: silent,
  debug: silent,
  verbose: silent,
};

const directory = mkdtempSync(join(tmpdir(), 'rimp-resource-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  diag.disable();
  errors.length = 0;
});

/** Providers of a resource with an attribute that becomes known when `resolve` is called. */
function detecting(config: TelemetryConfigInit = {}, options: CollectorOptions = {}) {
  diag.setLogger(logger, DiagLogLevel.ERROR);
  const collector = new TelemetryCollector(config, { includeResource: 'all', ...options });
  let detect: (id: string) => void = silent;
  const id = new Promise<string>((resolve) => (detect = resolve));
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': id as never });
  const loggerProvider = new LoggerProvider({ resource, processors: [new RimpLogRecordProcessor(collector)] });
  const reader = new RimpMetricReader(collector);
  const meterProvider = new MeterProvider({ resource, readers: [reader as unknown as MetricReader] });
  collector.useProviders({ loggerProvider, meterProvider });
  // the reader would go on for the rest of the run, and wait for a resource that is never known
  ends.push(() => {
    detect('at the end');
    return meterProvider.shutdown();
  });
  return { collector, loggerProvider, meterProvider, detect };
}

/** The `host.id` of each line of a file. */
function hosts(path: string): unknown[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => /"host\.id":"(\w+)"/.exec(line)?.[1]);
}

describe('attributes that the SDK detects asynchronously', () => {
  it('are in the items that were collected before, once a flush was asked for', async () => {
    const { collector, loggerProvider, meterProvider, detect } = detecting();
    const theirs = loggerProvider.getLogger('theirs');
    for (let i = 0; i < 20; i += 1) theirs.emit({ body: 'early' });
    collector.collectEvent('ours', 'early');
    collector.collectMetric('ours', 1);
    meterProvider.getMeter('theirs').createCounter('theirs').add(1);
    setImmediate(() => detect('abc'));
    const { complete } = await collector.forceFlush();
    expect(complete).toBe(true);
    theirs.emit({ body: 'late' });
    await collector.forceFlush();
    const { events, metrics } = await collector.storage.retrieve();
    expect([events.length, metrics.length]).toEqual([22, 2]);
    for (const { otel } of [...events, ...metrics])
      expect(otel?.resource).toMatchObject({ 'service.name': 'shop', 'host.id': 'abc' });
    expect(errors).toEqual([]);
    await collector.shutdown();
  });

  it('hold up a flush for a bounded time, and are no error for each event', async () => {
    const { collector, loggerProvider } = detecting();
    for (let i = 0; i < 20; i += 1) loggerProvider.getLogger('theirs').emit({ body: 'never' });
    const begun = performance.now();
    expect((await collector.forceFlush({ timeoutMillis: 400 })).complete).toBe(true);
    expect(performance.now() - begun).toBeLessThan(4_000);
    const again = performance.now();
    await loggerProvider.forceFlush();
    await collector.forceFlush();
    expect(performance.now() - again).toBeLessThan(4_000);
    const { events } = await collector.storage.retrieve();
    expect(events.map(({ otel }) => otel?.resource?.['service.name'])).toEqual(Array(20).fill('shop'));
    expect(errors).toEqual([]);
    await collector.shutdown();
  }, 20_000);

  it('are waited for by a full buffer and by the flush interval', async () => {
    const path = join(directory, 'full.jsonl');
    const file = { storageBackend: 'file', storagePath: path, flushInterval: 60 } as const;
    const full = detecting({ ...file, bufferSize: 5 });
    const theirs = full.loggerProvider.getLogger('theirs');
    for (let i = 0; i < 8; i += 1) theirs.emit({ body: 'early' });
    for (let i = 0; i < 5; i += 1) full.collector.collectMetric('ours', i);
    expect(full.collector.health()).toMatchObject({ accepted: 13, queued: 13 });
    full.detect('abc');
    await until(() => full.collector.health().delivered === 13);
    expect(hosts(path)).toEqual(Array(13).fill('abc'));
    for (let i = 0; i < 5; i += 1) theirs.emit({ body: 'late' });
    expect(full.collector.health()).toMatchObject({ accepted: 18, queued: 0 });
    await full.collector.shutdown();

    const clock = new ManualClock();
    const later = join(directory, 'interval.jsonl');
    const timed = detecting({ ...file, storagePath: later }, { clock });
    timed.collector.collectEvent('ours', 'early');
    clock.advance(60_000);
    expect(timed.collector.health().queued).toBe(1);
    timed.detect('def');
    await until(() => timed.collector.health().delivered === 1);
    expect(hosts(later)).toEqual(['def']);
    await timed.collector.shutdown();
    expect(errors).toEqual([]);
  });

  it('that never come hold up a full buffer once, for 5 seconds, and never one of many bytes', async () => {
    const clock = new ManualClock();
    const { collector, loggerProvider } = detecting({ bufferSize: 5, flushInterval: 60 }, { clock });
    const theirs = loggerProvider.getLogger('theirs');
    for (let i = 0; i < 12; i += 1) theirs.emit({ body: 'early' });
    clock.advance(4_900);
    expect(collector.health()).toMatchObject({ queued: 12, delivered: 0 });
    for (let i = 0; i < 9; i += 1) theirs.emit({ body: 'x'.repeat(1024 * 1024) });
    expect(collector.health().delivered).toBeGreaterThanOrEqual(20);
    clock.advance(200);
    expect(collector.health()).toMatchObject({ queued: 0, delivered: 21 });
    for (let i = 0; i < 5; i += 1) theirs.emit({ body: 'late' });
    expect(collector.health()).toMatchObject({ queued: 0, delivered: 26 });
    await collector.shutdown();
  });
});
