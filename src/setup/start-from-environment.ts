import { DiagConsoleLogger, type DiagLogLevel, diag } from '@opentelemetry/api';
import { TelemetryCollector } from '../collector/collector.js';
import { TelemetryConfig } from '../collector/config.js';
import { toError } from '../model/errors.js';
import { BRIDGE } from '../otel/bridge.js';
import { apiGlobal } from '../otel/registered.js';
import { sharedState } from '../runtime/shared-state.js';
import { logLevelOf } from './log-level.js';
import { makeTelemetry } from './make-telemetry.js';
import type { StartedTelemetry } from './start-telemetry.js';
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
    const silence = level === undefined ? undefined : logTo(level);
    const collector = new TelemetryCollector(TelemetryConfig.fromEnv());
    const warn = (_kind: string, what: string): void => say(what);
    const started = makeTelemetry({ collector, shutdownOnSignals: true }, warn);
    const keepGlobals = yieldGlobals(started, warn);
    shared.registered = started;
    collector[BRIDGE].onEnd(() => {
      keepGlobals();
      silence?.();
      if (shared.registered === started) delete shared.registered;
    });
    return started;
  } catch (error) {
    say(`telemetry is off: ${toError(error).message}`);
    return undefined;
  }
}

/** Has `diag` print; gives what ends that, unless somebody else has taken it over since. */
function logTo(logLevel: DiagLogLevel): () => void {
  diag.setLogger(new DiagConsoleLogger(), { logLevel, suppressOverrideMessage: true });
  const ours = apiGlobal()?.diag;
  return () => {
    if (ours !== undefined && apiGlobal()?.diag === ours) diag.disable();
  };
}

function say(what: string): void {
  process.stderr.write(`rimp-telemetry/register: ${what}\n`);
}
