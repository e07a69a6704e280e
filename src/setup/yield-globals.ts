import * as api from '@opentelemetry/api';
import type { TelemetryCollector } from '../collector/collector.js';
import { bridgeLogsApis } from '../otel/logs-apis.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { builtInLogs, type LogsApi, registeredMetrics, separateLogs } from '../otel/registered.js';
import type { LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import { requireFromApplication, requireThrough } from '../runtime/application-require.js';
import { attachProcessor, attachReader } from './attach.js';
import { globalLogs } from './globals.js';
import { cantAttach, type Warn } from './make-providers.js';
import type { StartedTelemetry } from './start-telemetry.js';

/** `@opentelemetry/api`, as far as it registers. */
interface ApiLike {
  readonly metrics: { setGlobalMeterProvider(provider: MeterProvider): boolean; disable(): void };
  readonly logs?: LogsApi;
}

/** Packages that bring copies of the APIs along. */
const BRINGERS = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'];

/**
 * Has a set-up that follows ours, such as a second `--import`, become the global one as if ours were not there, and adds our
 * parts to its providers: the APIs refuse a second registration, whereupon the other's exporters would get nothing.
 */
export function yieldGlobals(started: StartedTelemetry, warn: Warn): void {
  const { collector } = started;
  for (const metrics of new Set(copiesOf<ApiLike>('@opentelemetry/api', api).map((copy) => copy.metrics))) {
    const setGlobalMeterProvider = metrics.setGlobalMeterProvider.bind(metrics);
    metrics.setGlobalMeterProvider = (provider) => {
      const isOurs = registeredMetrics() === started.meterProvider && provider !== started.meterProvider;
      if (isOurs) api.metrics.disable();
      const done = setGlobalMeterProvider(provider);
      if (isOurs && done) followMetrics(collector, provider, warn);
      return done;
    };
  }
  for (const logs of logsApis()) {
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

function logsApis(): LogsApi[] {
  const built = copiesOf<ApiLike>('@opentelemetry/api', api).map(({ logs }) => logs);
  const separate = copiesOf<{ readonly logs: LogsApi }>('@opentelemetry/api-logs', { logs: separateLogs });
  const all = [...built, ...separate.map(({ logs }) => logs)].filter((logs) => logs !== undefined);
  return [...new Set(all)];
}

/** A module as this library loads it, and as the application and its SDK do: copies, or its two formats. */
function copiesOf<T extends object>(name: string, own: object): T[] {
  const found = [own, requireFromApplication(name), ...BRINGERS.map((bringer) => requireThrough(bringer, name))];
  return found.filter((module) => module !== undefined) as T[];
}
