import { describe, expect, it } from '@jest/globals';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RimpLogRecordProcessor, TelemetryCollector } from 'rimp-telemetry';

describe('otel.resource', () => {
  it('of each item has the process, whatever the storage', () => {
    const collector = new TelemetryCollector();
    for (const item of [collector.collectEvent('a', 'b'), collector.collectMetric('m', 1)])
      expect(item?.otel?.resource).toEqual({ 'process.pid': process.pid });
  });

  it('of metrics has the service that their provider knows, as that of events has', () => {
    const collector = new TelemetryCollector();
    const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1', 'host.name': 'h' });
    const loggerProvider = new LoggerProvider({ resource, processors: [new RimpLogRecordProcessor(collector)] });
    collector.useProviders({ loggerProvider, meterProvider: new MeterProvider({ resource }) });
    collector.collectEvent('a', 'b');
    collector.collectMetric('m', 1);
    const { events, metrics } = collector.flush();
    const expected = { 'process.pid': process.pid, 'service.name': 'shop', 'service.version': '1' };
    expect(events[0]?.otel?.resource).toEqual(expected);
    expect(metrics[0]?.otel?.resource).toEqual(expected);
  });

  it('of metrics of a provider that has none is that of the process', () => {
    const collector = new TelemetryCollector({}, { meterProvider: () => undefined });
    expect(collector.collectMetric('m', 1)?.otel?.resource).toEqual({ 'process.pid': process.pid });
  });
});
