/**
 * Telemetry without a line of code: `node --import rimp-telemetry/register app.js`, or `--require`. Everything is reported
 * by the environment: `RIMP_*` for the collector, `OTEL_*` for OpenTelemetry.
 */
import { startFromEnvironment } from './setup/start-from-environment.js';

/** What runs; `undefined` if the environment or the installed packages did not allow it, which stderr says. */
export const telemetry = startFromEnvironment();
