import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { MetricReader } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RimpMetricReader, type RimpMetricReaderOptions, TelemetryCollector } from 'rimp-telemetry';
import { Programs } from '../helpers/child-program.js';
import { ManualClock } from '../helpers/clock.js';
import { until } from '../helpers/until.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A provider with our reader, in which a callback of somebody else's never ends. */
function hanging(options?: RimpMetricReaderOptions) {
  const clock = new ManualClock();
  const collector = new TelemetryCollector({}, { clock });
  const reader = new RimpMetricReader(collector, options);
  const meterProvider = new MeterProvider({ readers: [reader as unknown as MetricReader] });
  const meter = meterProvider.getMeter('theirs');
  let release = (): void => undefined;
  meter.createObservableGauge('stuck').addCallback(() => new Promise<void>((resolve) => (release = resolve)));
  meter.createObservableGauge('free').addCallback((result) => result.observe(1));
  const counter = meter.createCounter('count');
  ends.push(
    () => Promise.resolve(release()),
    () => collector.shutdown({ timeoutMillis: 50 }),
  );
  const names = async () => (await collector.storage.retrieve()).metrics.map(({ name }) => name).toSorted();
  return { clock, collector, reader, meterProvider, counter, names };
}

async function millisOf(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return performance.now() - begun;
}

describe('a callback that never ends', () => {
  it('is left out of a flush, which keeps to its time and has all else', async () => {
    const { collector, reader, counter, names } = hanging();
    counter.add(3);
    expect(await millisOf(reader.forceFlush({ timeoutMillis: 400 }))).toBeLessThan(10_000);
    expect(await names()).toEqual(['count', 'free']);
    expect(collector.health().lastError?.message).toMatch(/collecting metrics from OpenTelemetry failed in part/);
  });

  it('is left out of the flush and the shutdown of the provider and of the collector', async () => {
    for (const end of ['flush', 'shutdown', 'collector'] as const) {
      const { collector, meterProvider, counter, names } = hanging();
      collector.useProviders({ meterProvider });
      counter.add(3);
      const options = { timeoutMillis: 400 };
      const work = {
        flush: () => meterProvider.forceFlush(options),
        shutdown: () => meterProvider.shutdown(options),
        collector: () => collector.shutdown(options),
      }[end];
      expect(await millisOf(work())).toBeLessThan(10_000);
      expect(await names()).toEqual(['count', 'free']);
    }
  });

  it('is no reason to hurry a flush whose time has no end', async () => {
    const calm = new TelemetryCollector();
    const reader = new RimpMetricReader(calm);
    const provider = new MeterProvider({ readers: [reader as unknown as MetricReader] });
    provider.getMeter('theirs').createCounter('count').add(1);
    calm.useProviders({ meterProvider: provider });
    expect((await calm.forceFlush({ timeoutMillis: Number.POSITIVE_INFINITY })).complete).toBe(true);
    expect((await calm.storage.retrieve()).metrics.map(({ name }) => name)).toEqual(['count']);
    await calm.shutdown();
  });

  it('holds up neither the next collection, nor a flush while one is under way', async () => {
    const { clock, reader, counter, names } = hanging({ collectIntervalMillis: 300 });
    for (let round = 1; round <= 2; round += 1) {
      counter.add(1);
      clock.advance(300);
      // the next round is planned when this one is over
      await until(() => clock.pending > 0);
      await reader.forceFlush({ timeoutMillis: 200 });
      expect((await names()).filter((name) => name === 'count')).toHaveLength(round);
    }
    clock.advance(300);
    counter.add(1);
    expect(await millisOf(reader.forceFlush({ timeoutMillis: 200 }))).toBeLessThan(10_000);
    await until(async () => (await names()).filter((name) => name === 'count').length === 3);
  });
});

describe('a provider that never answers', () => {
  it('costs a flush no more than its time, and what it answers late is taken', async () => {
    const collector = new TelemetryCollector();
    const reader = new RimpMetricReader(collector);
    const point = { startTime: [1, 0], endTime: [2, 0], attributes: {}, value: 1 };
    const metric = { descriptor: { name: 'late' }, aggregationTemporality: 0, dataPointType: 2, dataPoints: [point] };
    const result = {
      resourceMetrics: { resource: { attributes: {} }, scopeMetrics: [{ scope: { name: 's' }, metrics: [metric] }] },
      errors: [],
    };
    let answer = (): void => undefined;
    reader.setMetricProducer({ collect: () => new Promise((resolve) => (answer = () => resolve(result as never))) });
    expect(await millisOf(reader.forceFlush({ timeoutMillis: 200 }))).toBeLessThan(10_000);
    expect(collector.health().lastError?.message).toMatch(/a collection took longer than allowed/);
    answer();
    await until(() => collector.health().accepted === 1);
    await reader.shutdown({ timeoutMillis: 100 });
    await collector.shutdown();
  });
});

describe('a collection in the background that never ends', () => {
  const programs = new Programs('reader');
  afterAll(() => programs.remove());

  it('keeps no process alive', async () => {
    const { stdout } = await programs.run(`
      const reader = new rimp.RimpMetricReader(new rimp.TelemetryCollector(), { collectIntervalMillis: 300 });
      const alive = setInterval(() => undefined, 10);
      reader.setMetricProducer({
        collect: () => {
          clearInterval(alive);
          setImmediate(() => console.log(process.getActiveResourcesInfo().filter((one) => one === 'Timeout')));
          return new Promise(() => undefined);
        },
      });
    `);
    expect(stdout).toBe('[]\n');
  });
});

describe('the options of the reader', () => {
  const collector = new TelemetryCollector();
  it.each([
    [{ collectIntervalMilis: 5 }, /unknown option "collectIntervalMilis": did you mean "collectIntervalMillis"\?/],
    [{ interval: 5 }, /unknown option "interval"/],
    [{ collectIntervalMillis: 0 }, /"collectIntervalMillis" to be a number from 1 to 2147483647, got 0/],
    [{ collectIntervalMillis: '5' }, /"collectIntervalMillis" to be a number.*got "5"/],
    [5, /expected "options" to be an object, got 5/],
    [null, /expected "options" to be an object, got null/],
  ])('%j are refused', (options, message) => {
    expect(() => new RimpMetricReader(collector, options as never)).toThrow(message);
  });
});
