import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { TelemetryCollector } from '../collector/collector.js';
import { TelemetryConfig } from '../collector/config.js';
import { toError } from '../model/errors.js';
import { sharedState } from '../runtime/shared-state.js';
import { logLevelOf } from './log-level.js';
import { type StartedTelemetry, startTelling } from './start-telemetry.js';
import { yieldGlobals } from './yield-globals.js';

/**
 * Starts telemetry as the environment says, once for a thread, whichever module format asks; it is shut down at SIGTERM
 * and SIGINT, which then do their work. Another set-up may be registered before or after: both then work. Never throws: an
 * application runs without telemetry rather than not at all.
 */
export function startFromEnvironment(): StartedTelemetry | undefined {
  const shared = sharedState();
  if (shared.registered !== undefined) return shared.registered as StartedTelemetry;
  try {
    const level = logLevelOf(process.env);
    if (level !== undefined)
      diag.setLogger(new DiagConsoleLogger(), { logLevel: level, suppressOverrideMessage: true });
    const collector = new TelemetryCollector(TelemetryConfig.fromEnv());
    const warn = (_kind: string, what: string): void => say(what);
    const started = startTelling({ collector, shutdownOnSignals: true }, warn);
    yieldGlobals(started, warn);
    shared.registered = started;
    return started;
  } catch (error) {
    say(`telemetry is off: ${toError(error).message}`);
    return undefined;
  }
}

function say(what: string): void {
  process.stderr.write(`rimp-telemetry/register: ${what}\n`);
}
