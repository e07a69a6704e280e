import { describe, expect, it } from '@jest/globals';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RimpLogRecordProcessor, RimpMetricReader, TelemetryCollector } from 'rimp-telemetry';
import { LoggerProvider as MiddleProvider } from 'sdk-logs-0.216';
import { directLogger } from '../../src/otel/direct-emit.js';
import { DirectInstrument } from '../../src/otel/instruments/direct-record.js';
import type { LoggerLike } from '../../src/otel/sdk-types.js';
import { processor } from '../helpers/sdk.js';

describe('the metrics of the SDK in use', () => {
  it.each([
    ['createHistogram', 'record'],
    ['createCounter', 'add'],
    ['createUpDownCounter', 'add'],
    ['createGauge', 'record'],
  ] as const)('are counted directly behind %s', async (make, method) => {
    const collector = new TelemetryCollector();
    const meterProvider = new MeterProvider({ readers: [new RimpMetricReader(collector)] });
    expect(DirectInstrument.of(meterProvider.getMeter('m')[make]('m'), method)).toBeDefined();
    await collector.shutdown();
  });
});

describe.each([
  ['in use', LoggerProvider],
  ['0.216', MiddleProvider as unknown as typeof LoggerProvider],
])('the SDK %s', (_, Provider) => {
  it('is known, and its records are made as it makes them', async () => {
    const collector = new TelemetryCollector();
    const records: object[] = [];
    const keep = processor((record) => records.push(record));
    const provider = new Provider({ processors: [new RimpLogRecordProcessor(collector), keep] });
    collector.useProviders({ loggerProvider: provider });
    const logger = provider.getLogger('source');
    expect(directLogger(logger as LoggerLike, provider)).toBeDefined();

    const event = collector.collectEvent('source', 'message', 'warning', { a: 1, b: 'two', c: true });
    const { attributes } = records[0] as { attributes: Record<string, string | number | boolean> };
    logger.emit({
      timestamp: event?.timestamp ?? 0,
      observedTimestamp: event?.timestamp ?? 0,
      severityNumber: 13,
      severityText: 'WARNING',
      body: 'message',
      attributes,
    });
    const [own, sdk] = records as [object, object];
    const names = Object.getOwnPropertyNames(sdk);
    expect(names.map((name) => [name, Reflect.get(own, name)])).toEqual(
      names.map((name) => [name, Reflect.get(sdk, name)]),
    );
    expect(Object.getOwnPropertyNames(own)).toEqual(names);
    expect(own).toBeInstanceOf(sdk.constructor);
    await collector.shutdown();
  });
});
