import { afterAll, describe, expect, it } from '@jest/globals';
import { nodeSdkOptions, RimpMetricReader, startTelemetry, TelemetryCollector } from 'rimp-telemetry';

const collector = new TelemetryCollector();
afterAll(() => collector.shutdown());

describe('options that had another name in an earlier version', () => {
  const EARLIER: [string, string, (options: never) => unknown][] = [
    ['resourceAttributes', 'includeResource', (o) => new TelemetryCollector({}, o)],
    ['maxQueueItems', 'maxQueueSize', (o) => new TelemetryCollector({}, o)],
    [
      'readerIntervalMillis',
      'collectIntervalMillis',
      (o) => startTelemetry({ ...(o as object), otlp: false, register: false }),
    ],
    [
      'readerIntervalMillis',
      'collectIntervalMillis',
      (o) => nodeSdkOptions(collector, { ...(o as object), otlp: false }),
    ],
    ['intervalMillis', 'collectIntervalMillis', (o) => new RimpMetricReader(collector, o)],
  ];

  it.each(EARLIER)('are taken and checked under either: %s, now %s', (earlier, present, make) => {
    expect(() => make({ [earlier]: 'x' } as never)).toThrow(`expected "${present}"`);
    expect(() => make({ [earlier]: 5, [present]: 5 } as never)).toThrow(`give one of them`);
  });

  it('have the effect of the present one', async () => {
    const options = { resourceAttributes: 'all', maxQueueItems: 10 } as object;
    const telemetry = startTelemetry({
      ...({ readerIntervalMillis: 3_600_000 } as object),
      collectorOptions: options,
      resourceAttributes: { 'deployment.environment.name': 'test' },
      otlp: false,
      register: false,
    });
    telemetry.collector.collectEvent('s', 'm');
    await telemetry.forceFlush();
    const { events } = await telemetry.collector.storage.retrieve();
    expect(events[0]?.otel?.resource).toMatchObject({ 'deployment.environment.name': 'test' });
    await telemetry.shutdown();
  });
});
