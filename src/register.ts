/**
 * Telemetry without a line of code: `node --import rimp-telemetry/register app.js`, or `--require`. Everything is told
 * by the environment: `RIMP_*` for the collector, `OTEL_*` for OpenTelemetry.
 */
import { startFromEnvironment } from './setup/start-from-environment.js';

/** What runs; `undefined` where the environment or the installed packages did not allow it, which stderr tells. */
export const telemetry = startFromEnvironment();
