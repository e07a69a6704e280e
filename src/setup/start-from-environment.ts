import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { TelemetryCollector } from '../collector/collector.js';
import { TelemetryConfig } from '../collector/config.js';
import { toError } from '../model/errors.js';
import { sharedState } from '../runtime/shared-state.js';
import { type StartedTelemetry, startTelemetry } from './start-telemetry.js';

const LEVELS: Readonly<Record<string, DiagLogLevel>> = {
  NONE: DiagLogLevel.NONE,
  ERROR: DiagLogLevel.ERROR,
  WARN: DiagLogLevel.WARN,
  INFO: DiagLogLevel.INFO,
  DEBUG: DiagLogLevel.DEBUG,
  VERBOSE: DiagLogLevel.VERBOSE,
  ALL: DiagLogLevel.ALL,
};

/**
 * Starts telemetry as the environment says, once for a thread, whichever module format asks; it is shut down at SIGTERM
 * and SIGINT, which then do their work. Never throws: an application runs without telemetry rather than not at all.
 */
export function startFromEnvironment(): StartedTelemetry | undefined {
  const shared = sharedState();
  if (shared.registered !== undefined) return shared.registered as StartedTelemetry;
  try {
    const level = LEVELS[(process.env.OTEL_LOG_LEVEL ?? '').toUpperCase()];
    if (level !== undefined)
      diag.setLogger(new DiagConsoleLogger(), { logLevel: level, suppressOverrideMessage: true });
    const collector = new TelemetryCollector(TelemetryConfig.fromEnv());
    const started = startTelemetry({ collector, shutdownOnSignals: true });
    shared.registered = started;
    return started;
  } catch (error) {
    process.stderr.write(`rimp-telemetry/register: telemetry is off: ${toError(error).message}\n`);
    return undefined;
  }
}
