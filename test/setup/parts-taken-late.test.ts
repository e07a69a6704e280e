import { afterEach, expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';

import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { nodeSdkOptions, RimpMetricReader, TelemetryCollector } from 'rimp-telemetry';
import { logs } from '../helpers/logs-api.js';

afterEach(() => {
  logs.disable();
  metrics.disable();
});

it('loses no event if a processor was added that is taken away, as the application has added our parts itself', async () => {
  const collector = new TelemetryCollector();
  nodeSdkOptions(collector, { otlp: false });
  logs.setGlobalLoggerProvider(new LoggerProvider());
  collector.collectEvent('app', 'while it is there');
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new RimpMetricReader(collector)] }));
  collector.collectEvent('app', 'after it was taken away');
  await collector.forceFlush();
  const { events } = await collector.storage.retrieve();
  expect(events.map(({ message }) => message)).toEqual(['while it is there', 'after it was taken away']);
  expect(collector.health().dropped).toEqual({});
  await collector.shutdown();
});
