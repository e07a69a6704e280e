import { readFileSync } from 'node:fs';
import { TelemetryError, toError } from '../../model/errors.js';
import {
  type Env,
  type OtlpOptions,
  type OtlpProtocol,
  otlpVariable,
  type Signal,
  type SignalSettings,
} from './settings.js';

/** Where one signal is sent, and how. */
export interface Endpoint {
  readonly url: string;
  readonly protocol: OtlpProtocol;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** The longest that one request may take. */
  readonly timeoutMillis: number;
  /** Of `https`: PEM texts. */
  readonly tls: Readonly<Partial<Record<'ca' | 'cert' | 'key', string>>>;
}

const DEFAULT_ENDPOINT = 'http://localhost:4318';
const DEFAULT_TIMEOUT_MILLIS = 10_000;

/**
 * Where a signal is sent, as its settings, options and `OTEL_EXPORTER_OTLP_[LOGS_|METRICS_]*` say (OTLP exporter
 * specification, "Configuration Options").
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where a certificate can't be read.
 */
export function endpointOf(settings: SignalSettings, signal: Signal, options: OtlpOptions, env: Env): Endpoint {
  const read = (name: string): string | undefined => otlpVariable(env, signal, name);
  const timeout = Number(read('TIMEOUT') ?? Number.NaN);
  return {
    url: (settings.exporter.url as string | undefined) ?? urlOf(signal, env),
    protocol: settings.protocol,
    headers: { ...parseHeaders(read('HEADERS') ?? ''), ...options.headers },
    compression: options.compression ?? (read('COMPRESSION') === 'gzip' ? 'gzip' : 'none'),
    timeoutMillis: options.timeoutMillis ?? (timeout > 0 ? timeout : DEFAULT_TIMEOUT_MILLIS),
    tls: {
      ...pem('ca', read('CERTIFICATE')),
      ...pem('cert', read('CLIENT_CERTIFICATE')),
      ...pem('key', read('CLIENT_KEY')),
    },
  };
}

/** Headers as `OTEL_EXPORTER_OTLP_HEADERS` has them: `name=value` pairs, separated by commas, values URL-encoded. */
export function parseHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs
      .filter(([name]) => name?.trim())
      .map(([name = '', ...value]) => [name.trim(), decode(value.join('=').trim())]),
  );
}

/** The URL that the environment names: a signal's own as it is, else its path below the one for all. */
export function urlOf(signal: Signal, env: Env): string {
  const own = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]?.trim();
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() || DEFAULT_ENDPOINT;
  return own || `${base.replace(/\/+$/, '')}/v1/${signal}`;
}

function pem(name: string, path: string | undefined): Record<string, string> {
  if (path === undefined) return {};
  try {
    return { [name]: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `OTLP: the certificate or key ${path}: ${toError(error).message}`,
    );
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
