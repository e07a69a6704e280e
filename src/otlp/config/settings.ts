import { show, TelemetryError } from '../../model/errors.js';
import { ANY_OBJECT, checkNames, checkOptions, POSITIVE_INTEGER, type Rules, TEXT } from '../../model/options.js';
import { isHttpUrl, urlBelow } from './endpoint.js';
import {
  type Env,
  firstRight,
  listOf,
  otlpVariable,
  otlpVariables,
  type WarnOf,
  warnByDiag,
  word,
} from './environment.js';
import { headerProblem } from './headers.js';

export { type Env, listOf, otlpVariable } from './environment.js';
export { exportInterval } from './metric-export.js';

/** OTLP over HTTP, as the options of `startTelemetry` name it; if one is absent, `OTEL_EXPORTER_OTLP_*` counts. */
export interface OtlpOptions {
  /**
   * Base URL of the receiver; `/v1/logs` and `/v1/metrics` are appended. Default: `OTEL_EXPORTER_OTLP_ENDPOINT` and the
   * like; without one nothing is exported.
   */
  readonly endpoint?: string | undefined;
  /** Headers of each request, by name; default none. Those of `OTEL_EXPORTER_OTLP_HEADERS` are sent too. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How requests are encoded; default `'http/protobuf'`. */
  readonly protocol?: OtlpProtocol | undefined;
  /** How requests are compressed; default `'none'`. */
  readonly compression?: 'gzip' | 'none' | undefined;
  /** The longest that one export may take, in milliseconds; default 10,000. */
  readonly timeoutMillis?: number | undefined;
  /** Milliseconds between exports of metrics; default `OTEL_METRIC_EXPORT_INTERVAL`, else 60,000. */
  readonly exportIntervalMillis?: number | undefined;
  /** Log records that wait for the exporter; default 131,072. */
  readonly maxQueueSize?: number | undefined;
  /** Telemetry waits on disk for the receiver, in order, also for the next start of the process; default: in memory. */
  readonly queue?: OtlpQueueOptions | undefined;
}

/** Where telemetry waits on disk. */
export interface OtlpQueueOptions {
  /** A directory that may be shared by processes; it is made if it is missing. */
  readonly directory: string;
  /** Bytes of one signal that may wait: the oldest leave first, and are counted; default 536,870,912 (512 MiB). */
  readonly maxBytes?: number | undefined;
}

/** The encodings of OTLP over HTTP. */
export type OtlpProtocol = 'http/protobuf' | 'http/json';

/** One kind of telemetry that an application exports through this library. */
export type Signal = 'logs' | 'metrics';

/** One kind of telemetry that OTLP has. */
export type OtlpSignal = Signal | 'traces';

/** How an answer names the number of parts that were rejected (OTLP specification, "Partial Success"). */
export const REJECTED = {
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
  traces: 'rejectedSpans',
} as const satisfies Readonly<Record<OtlpSignal, string>>;

/** How one signal is exported. */
export interface SignalSettings {
  readonly protocol: OtlpProtocol;
  /** What the exporter's constructor is given; what is absent it takes from the environment itself. */
  readonly exporter: Readonly<Record<string, unknown>>;
}

/** Media types of requests and responses (OTLP specification, "OTLP/HTTP Request"). */
export const CONTENT_TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;

const NAMES = [
  'endpoint',
  'headers',
  'protocol',
  'compression',
  'timeoutMillis',
  'exportIntervalMillis',
  'maxQueueSize',
  'queue',
] as const;
const QUEUE_RULES: Rules = { directory: TEXT, maxBytes: POSITIVE_INTEGER };
const PROTOCOLS: readonly string[] = ['http/protobuf', 'http/json'];
const PROTOCOL = word('http/protobuf', 'http/json');

/**
 * How a signal is exported, or `undefined` if nothing asks for it: no endpoint in the options or in
 * `OTEL_EXPORTER_OTLP_[LOGS_|METRICS_|TRACES_]ENDPOINT`, and no `otlp` in the signal's `OTEL_…_EXPORTER`.
 */
export function signalSettings(
  signal: OtlpSignal,
  options: OtlpOptions,
  env: Env,
  asked: boolean = isAsked(signal, env),
  warn: WarnOf = warnByDiag,
): SignalSettings | undefined {
  const endpoint = options.endpoint;
  if (endpoint === undefined && !asked) return undefined;
  const exporter: Record<string, unknown> = {};
  if (endpoint !== undefined) exporter.url = urlBelow(endpoint, signal);
  if (options.headers !== undefined) exporter.headers = { ...options.headers };
  if (options.compression !== undefined) exporter.compression = options.compression;
  if (options.timeoutMillis !== undefined) exporter.timeoutMillis = options.timeoutMillis;
  const protocol = options.protocol ?? firstRight(env, otlpVariables(signal, 'PROTOCOL'), PROTOCOL, warn);
  return { protocol: protocol ?? 'http/protobuf', exporter };
}

function isAsked(signal: OtlpSignal, env: Env): boolean {
  const exporters = listOf(env[`OTEL_${signal.toUpperCase()}_EXPORTER`]);
  return exporters.length === 0 ? otlpVariable(env, signal, 'ENDPOINT') !== undefined : exporters.includes('otlp');
}

/** The package with the official exporter of a signal. */
export function exporterPackage(signal: OtlpSignal, protocol: OtlpProtocol): string {
  const name = signal === 'traces' ? 'trace' : signal;
  return `@opentelemetry/exporter-${name}-otlp-${protocol === 'http/json' ? 'http' : 'proto'}`;
}

/** Whether `OTEL_SDK_DISABLED` says so: by "true" alone, as the specification has it ("Boolean"). */
export function isSdkDisabled(env: Env, warn: WarnOf = () => undefined): boolean {
  return firstRight(env, ['OTEL_SDK_DISABLED'], word('true', 'false'), warn) === 'true';
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` that names the option, what was expected and what came. */
export function checkOtlpOptions(options: OtlpOptions, who: string): void {
  const fail = (message: string): never => {
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `${who}: ${message}`);
  };
  if (typeof options !== 'object' || options === null)
    fail(`expected "otlp" to be false or an object, got ${show(options)}`);
  checkNames(who, 'option', options, NAMES, 'otlp.');
  const { endpoint, protocol, compression } = options;
  if (endpoint !== undefined && !isHttpUrl(endpoint))
    fail(`expected "otlp.endpoint" to be an http or https URL, got ${show(endpoint)}`);
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    fail(`expected "otlp.protocol" to be "http/protobuf" or "http/json", got ${show(protocol)}`);
  }
  if (compression !== undefined && compression !== 'gzip' && compression !== 'none') {
    fail(`expected "otlp.compression" to be "gzip" or "none", got ${show(compression)}`);
  }
  checkHeaders(options.headers, fail);
  if (options.queue !== undefined) checkOptions(who, options.queue, QUEUE_RULES, 'otlp.queue.');
  if (options.queue !== undefined && options.queue.directory === undefined)
    fail('expected "otlp.queue.directory" to be the path of a directory, got undefined');
  for (const name of ['timeoutMillis', 'exportIntervalMillis', 'maxQueueSize'] as const) {
    const value = options[name];
    if (value !== undefined && !(typeof value === 'number' && value > 0 && value < 2 ** 31)) {
      fail(`expected "otlp.${name}" to be a positive number, got ${show(value)}`);
    }
  }
}

function checkHeaders(headers: unknown, fail: (message: string) => never): void {
  if (headers === undefined) return;
  if (!ANY_OBJECT.isRight(headers)) fail(`expected "otlp.headers" to be an object, got ${show(headers)}`);
  for (const [name, value] of Object.entries(headers as object)) {
    const problem = headerProblem(name, value);
    if (problem !== undefined) fail(`"otlp.headers": ${problem}`);
  }
}
