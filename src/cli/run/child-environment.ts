import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How soon what was logged and measured is sent, in milliseconds, if the environment doesn't say it. */
const LOG_DELAY_MILLIS = '200';
const METRIC_INTERVAL_MILLIS = '5000';

/** The environment of the program: telemetry goes to the receiver, by whatever the program sends it. */
export function childEnvironment(
  env: Readonly<NodeJS.ProcessEnv>,
  receiver: { readonly url: string; readonly token: string },
  cwd: string,
): NodeJS.ProcessEnv {
  // a signal's own endpoint or protocol would lead elsewhere
  const rest = Object.entries(env).filter(([name]) => !name.startsWith('OTEL_EXPORTER_OTLP_'));
  return {
    OTEL_BLRP_SCHEDULE_DELAY: LOG_DELAY_MILLIS,
    OTEL_METRIC_EXPORT_INTERVAL: METRIC_INTERVAL_MILLIS,
    ...Object.fromEntries(rest),
    NODE_OPTIONS: [env.NODE_OPTIONS, `--require ${optionValue(registerModule(cwd))}`].filter(Boolean).join(' '),
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${receiver.token}`,
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
  };
}

/** The project's own copy, so that there is one in the program; else this one. */
function registerModule(cwd: string): string {
  try {
    return createRequire(join(cwd, 'noop.js')).resolve('rimp-telemetry/register');
  } catch {
    return join(dirname(realpathSync(process.argv[1] as string)), '..', 'register.js');
  }
}

/** A path as NODE_OPTIONS takes it. */
function optionValue(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;
}
