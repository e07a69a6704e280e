import type { TelemetryCollector } from '../collector/collector.js';
import { INTERNALS } from '../collector/internals.js';
import { apiGlobal } from '../otel/registered.js';
import { isSilenced, writeStderrLine } from '../runtime/diagnostics-output.js';

/** Warns of what is odd, by kind. */
export type Warn = (kind: string, what: string) => void;

/**
 * Warns of what is odd about the environment or a set-up: by the logger of `diag`, and, if it has none yet, in a line on
 * standard error: what is wrong while telemetry is set up comes once, and mostly before any logger.
 */
export function warnBy(collector: TelemetryCollector): Warn {
  return (kind, what) => {
    const isHeard = apiGlobal()?.diag !== undefined;
    collector[INTERNALS].report(kind, what);
    if (!isHeard && !isSilenced(process.env)) writeStderrLine(`rimp-telemetry: ${what}`);
  };
}
