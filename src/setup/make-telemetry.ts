import * as api from '@opentelemetry/api';
import { TelemetryCollector } from '../collector/collector.js';
import { BRIDGE } from '../otel/bridge.js';
import { isSdkDisabled } from '../otlp/config/settings.js';
import { checkStartOptions } from './check-start-options.js';
import { checkLogLevel } from './log-level.js';
import { makeProviders } from './make-providers.js';
import { shutdownOnSignals } from './signals.js';
import type { StartedTelemetry, StartTelemetryOptions } from './start-telemetry.js';
import { type Warn, warnBy } from './warn.js';

const WHO = 'startTelemetry';

/**
 * `startTelemetry`, with a function that is called with what is odd about the environment or a set-up that is there already.
 *
 * @param warn - default: the collector's diagnostics, and standard error.
 */
export function makeTelemetry(given: StartTelemetryOptions, warn?: Warn): StartedTelemetry {
  const { env } = process;
  const options = checkStartOptions(WHO, given);
  const collector = options.collector ?? new TelemetryCollector(options.config, options.collectorOptions);
  const started = {
    collector,
    forceFlush: (flush?: { readonly timeoutMillis?: number | undefined }) => collector.forceFlush(flush),
    shutdown: (end?: { readonly timeoutMillis?: number | undefined }) => collector.shutdown(end),
  };
  const warnOf: Warn = warn ?? warnBy(collector);
  const isDisabled = isSdkDisabled(env, (variable, what) => warnOf(`environment:${variable}`, what));
  if (isDisabled) return withSignals(options, { ...started, ...noProviders() });
  checkLogLevel(env, (what) => warnOf('environment:OTEL_LOG_LEVEL', what));
  const { loggerProvider, meterProvider, end } = makeProviders({ who: WHO, options, collector, env, warn: warnOf });
  // however the collector ends, by this set-up's shutdown or by its own, the globals are given back
  collector[BRIDGE].onEnd(end);
  return withSignals(options, { ...started, loggerProvider, meterProvider });
}

/** Providers that do nothing. */
function noProviders(): Pick<StartedTelemetry, 'loggerProvider' | 'meterProvider'> {
  return {
    loggerProvider: { getLogger: () => ({ emit: () => undefined, enabled: () => false }) },
    meterProvider: { getMeter: () => api.createNoopMeter() },
  };
}

function withSignals(options: StartTelemetryOptions, started: StartedTelemetry): StartedTelemetry {
  if (options.shutdownOnSignals === true) shutdownOnSignals(started);
  return started;
}
