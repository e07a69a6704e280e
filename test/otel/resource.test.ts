import { afterEach, describe, expect, it } from '@jest/globals';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics';
import { RimpLogRecordProcessor, RimpMetricReader, TelemetryCollector } from 'rimp-telemetry';

const errors: string[] = [];
const silent = () => undefined;
const logger: DiagLogger = {
  error: (...of) => errors.push(of.join(' ')),
  warn: silent,
  info: silent,
  debug: silent,
  verbose: silent,
};

afterEach(() => {
  diag.disable();
  errors.length = 0;
});

/** Providers of a resource with an attribute that becomes known when `resolve` is called. */
function detecting() {
  diag.setLogger(logger, DiagLogLevel.ERROR);
  const collector = new TelemetryCollector({}, { includeResource: 'all' });
  let detect: (id: string) => void = silent;
  const id = new Promise<string>((resolve) => (detect = resolve));
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': id as never });
  const loggerProvider = new LoggerProvider({ resource, processors: [new RimpLogRecordProcessor(collector)] });
  const reader = new RimpMetricReader(collector);
  const meterProvider = new MeterProvider({ resource, readers: [reader as unknown as MetricReader] });
  collector.useProviders({ loggerProvider, meterProvider });
  return { collector, loggerProvider, meterProvider, detect };
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
    expect(performance.now() - begun).toBeLessThan(2_000);
    const again = performance.now();
    await loggerProvider.forceFlush();
    await collector.forceFlush();
    expect(performance.now() - again).toBeLessThan(1_000);
    const { events } = await collector.storage.retrieve();
    expect(events.map(({ otel }) => otel?.resource?.['service.name'])).toEqual(Array(20).fill('shop'));
    expect(errors).toEqual([]);
    await collector.shutdown();
  }, 20_000);
});
