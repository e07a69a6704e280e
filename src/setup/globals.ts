import { metrics } from '@opentelemetry/api';
import {
  builtInLogs,
  type LogsApi,
  registeredLogs,
  registeredMetrics,
  registeredSeparateLogs,
  separateLogs,
  separateLogsForward,
} from '../otel/registered.js';
import type { LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';

/** The logger provider that is the global one, of either logs API. */
export function globalLogs(): LoggerProviderLike | undefined {
  return registeredLogs() ?? registeredSeparateLogs();
}

/**
 * Makes a logger provider the global one of both logs APIs: instrumentations of either generation then reach it.
 *
 * @returns what takes it back, as far as it is still the global one; `undefined` if an API holds another provider.
 */
export function registerLogs(provider: LoggerProviderLike): (() => void) | undefined {
  const undo: (() => void)[] = [];
  for (const logs of logsApis()) {
    logs.setGlobalLoggerProvider(provider);
    if (logs.getLoggerProvider() === provider) {
      undo.push(() => {
        // somebody else's may have taken its place since
        if (logs.getLoggerProvider() === provider) logs.disable();
      });
    } else if (logs !== separateLogs || !separateLogsForward()) {
      for (const step of undo) step();
      return undefined;
    }
  }
  return () => {
    for (const step of undo) step();
  };
}

/** The same for a meter provider. */
export function registerMetrics(provider: MeterProvider): (() => void) | undefined {
  if (!metrics.setGlobalMeterProvider(provider)) return undefined;
  return () => {
    if (registeredMetrics() === provider) metrics.disable();
  };
}

function logsApis(): LogsApi[] {
  return builtInLogs === undefined ? [separateLogs] : [builtInLogs, separateLogs];
}
