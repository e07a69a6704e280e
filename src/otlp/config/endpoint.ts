import { readFileSync } from 'node:fs';
import { TelemetryError, toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import {
  type Env,
  firstRight,
  millis,
  otlpVariable,
  otlpVariables,
  type Reading,
  type WarnOf,
  warnByDiag,
  word,
} from './environment.js';
import { byLowerCase, headersOf } from './headers.js';
import type { OtlpOptions, OtlpProtocol, OtlpSignal, SignalSettings } from './settings.js';

export { parseHeaders } from './headers.js';

/** Where one signal is sent, and how. */
export interface Endpoint {
  readonly url: string;
  readonly protocol: OtlpProtocol;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** The longest that one request may take. */
  readonly timeoutMillis: number;
  /** Of `https`: PEM texts. */
  readonly tls: Readonly<Partial<Record<'ca' | 'cert' | 'key', string>>>;
}

const DEFAULT_ENDPOINT = 'http://localhost:4318';
const DEFAULT_TIMEOUT_MILLIS = 10_000;
const URL_READING: Reading<string> = {
  expected: 'a URL such as http://localhost:4318',
  parse: (text) => (isHttpUrl(text) ? text : undefined),
  show: showUrl,
};

/**
 * Where a signal is sent, as its settings, options and `OTEL_EXPORTER_OTLP_[LOGS_|METRICS_]*` say (OTLP exporter
 * specification, "Configuration Options"). A variable that means nothing is warned of, and the one for all signals
 * counts in the place of a signal's own.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a certificate can't be read that an `https` URL needs.
 */
export function endpointOf(
  settings: SignalSettings,
  signal: OtlpSignal,
  options: OtlpOptions,
  env: Env,
  warn: WarnOf = warnByDiag,
): Endpoint {
  const variables = (name: string): readonly string[] => otlpVariables(signal, name);
  const url = (settings.exporter.url as string | undefined) ?? urlOf(signal, env, warn);
  const isSecure = url.startsWith('https:');
  return {
    url,
    protocol: settings.protocol,
    headers: { ...headersOf(signal, env, warn), ...byLowerCase(options.headers) },
    compression: options.compression ?? firstRight(env, variables('COMPRESSION'), word('gzip', 'none'), warn) ?? 'none',
    timeoutMillis:
      options.timeoutMillis ?? firstRight(env, variables('TIMEOUT'), millis(1), warn) ?? DEFAULT_TIMEOUT_MILLIS,
    tls: isSecure
      ? {
          ...pem('ca', otlpVariable(env, signal, 'CERTIFICATE')),
          ...pem('cert', otlpVariable(env, signal, 'CLIENT_CERTIFICATE')),
          ...pem('key', otlpVariable(env, signal, 'CLIENT_KEY')),
        }
      : {},
  };
}

/** The URL that the environment names: a signal's own as it is, else its path below the one for all. */
export function urlOf(signal: OtlpSignal, env: Env, warn: WarnOf = warnByDiag): string {
  const [own, general] = otlpVariables(signal, 'ENDPOINT');
  return (
    firstRight(env, [own], URL_READING, warn) ??
    urlBelow(firstRight(env, [general], URL_READING, warn) ?? DEFAULT_ENDPOINT, signal)
  );
}

/** A signal's path below a base URL, whose query stays behind the path. */
export function urlBelow(base: string, signal: OtlpSignal): string {
  const [, path = '', query = ''] = /^([^?#]*)(\?[^#]*)?/.exec(base.trim()) ?? [];
  return `${path.replace(/\/+$/, '')}/v1/${signal}${query}`;
}

/** Whether something is the text of a URL that this library can send to. */
export function isHttpUrl(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function pem(name: string, path: string | undefined): Record<string, string> {
  if (path === undefined) return {};
  try {
    return { [name]: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `OTLP: the certificate or key ${path} can't be read: ${toError(error).message}`,
    );
  }
}
