import { metrics as ownMetrics } from '@opentelemetry/api';
import type { TelemetryCollector } from '../collector/collector.js';
import { bridgeLogsApis } from '../otel/logs-apis.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { builtInLogs, registeredMetrics, separateLogs } from '../otel/registered.js';
import type { LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import { logsApis, metricsApis } from './api-copies.js';
import { attachProcessor, attachReader } from './attach.js';
import { globalLogs } from './globals.js';
import { cantAttach, type Warn } from './make-providers.js';
import type { StartedTelemetry } from './start-telemetry.js';

/**
 * Has a set-up that follows ours, such as a second `--import`, become the global one as if ours were not there, and adds our
 * parts to its providers: the APIs refuse a second registration, whereupon the other's exporters would get nothing.
 */
export function yieldGlobals(started: StartedTelemetry, warn: Warn): void {
  const { collector } = started;
  for (const metrics of metricsApis()) {
    const setGlobalMeterProvider = metrics.setGlobalMeterProvider.bind(metrics);
    metrics.setGlobalMeterProvider = (provider) => {
      const isOurs = registeredMetrics() === started.meterProvider && provider !== started.meterProvider;
      if (isOurs) ownMetrics.disable();
      const done = setGlobalMeterProvider(provider);
      if (isOurs && done) followMetrics(collector, provider, warn);
      return done;
    };
  }
  for (const logs of [...logsApis().built, ...logsApis().separate]) {
    const setGlobalLoggerProvider = logs.setGlobalLoggerProvider.bind(logs);
    logs.setGlobalLoggerProvider = (provider) => {
      const isOurs = globalLogs() === started.loggerProvider && provider !== started.loggerProvider;
      if (isOurs) {
        for (const own of [builtInLogs, separateLogs]) {
          if (own?.getLoggerProvider() === started.loggerProvider) own.disable();
        }
      }
      const done = setGlobalLoggerProvider(provider);
      if (isOurs) followLogs(collector, provider, warn);
      return done;
    };
  }
}

function followMetrics(collector: TelemetryCollector, meterProvider: MeterProvider, warn: Warn): void {
  if (attachReader(meterProvider, collector, {}) === undefined)
    warn('registered_again', cantAttach('meter provider', 'RimpMetricReader'));
  collector.useProviders({ meterProvider });
}

function followLogs(collector: TelemetryCollector, loggerProvider: LoggerProviderLike, warn: Warn): void {
  if (attachProcessor(loggerProvider, new RimpLogRecordProcessor(collector)) === undefined)
    warn('registered_again', cantAttach('logger provider', 'RimpLogRecordProcessor'));
  collector.useProviders({ loggerProvider });
  bridgeLogsApis();
}
