import { metrics } from '@opentelemetry/api';
import {
  forgetLogs,
  registeredLogs,
  registeredMetrics,
  registeredSeparateLogs,
  separateLogsForward,
} from '../otel/registered.js';
import type { LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import { logsApis } from './api-copies.js';

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
  const apis = logsApis();
  const undo = (): void => {
    for (const copies of [apis.built, apis.separate]) {
      // somebody else's may have taken its place since
      if (copies.some((logs) => logs.getLoggerProvider() === provider)) for (const logs of copies) logs.disable();
    }
  };
  const isRegistered = (['built', 'separate'] as const).every((which) => {
    for (const logs of apis[which]) {
      // again with each copy: only then it connects the loggers that it has handed out before
      if (logs.getLoggerProvider() === provider) forgetLogs(which);
      logs.setGlobalLoggerProvider(provider);
    }
    const [first] = apis[which];
    return first === undefined || first.getLoggerProvider() === provider || separateLogsForward();
  });
  if (isRegistered) return undo;
  undo();
  return undefined;
}

/** The same for a meter provider. */
export function registerMetrics(provider: MeterProvider): (() => void) | undefined {
  if (!metrics.setGlobalMeterProvider(provider)) return undefined;
  return () => {
    if (registeredMetrics() === provider) metrics.disable();
  };
}
