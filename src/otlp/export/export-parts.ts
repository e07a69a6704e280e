import type { ModuleLoader, SdkModules } from '../../otel/load-sdk.js';
import type { LogRecordProcessorLike, MetricReaderLike } from '../../otel/sdk-types.js';
import { endpointOf } from '../config/endpoint.js';
import { type WarnOf, warnByDiag } from '../config/environment.js';
import {
  type Env,
  exporterPackage,
  type OtlpOptions,
  type Signal,
  type SignalSettings,
  signalSettings,
} from '../config/settings.js';
import { loadTransformer } from '../encode/serializer.js';
import type { ExportHost } from './export-host.js';
import { makeLogs } from './make-logs.js';
import { makeMetrics } from './make-metrics.js';

/** The OTLP parts of a set-up: absent if nothing asks for them. */
export interface OtlpParts {
  readonly processor: LogRecordProcessorLike | undefined;
  readonly reader: MetricReaderLike | undefined;
  /** Waits no longer for a server: what is in memory is counted as lost, what is on disk stays there. */
  readonly abandon: () => Promise<void>;
}

type Module = Readonly<Record<string, unknown>>;

/** What is to be exported, with the modules that it takes: absent if nothing asks for it. */
export interface OtlpPlan {
  readonly options: OtlpOptions;
  readonly env: Env;
  readonly logs: SignalSettings | undefined;
  readonly metrics: SignalSettings | undefined;
  /** With an exporter module that exporter is used, else this library sends by itself. */
  readonly modules: { readonly [K in keyof SdkModules]: Module | undefined };
  /** OpenTelemetry's serialisers. */
  readonly transformers: Readonly<Partial<Record<Signal, object | undefined>>>;
}

/**
 * Finds what options and environment ask for, and loads it; what is missing {@link ModuleLoader.check} names.
 *
 * @param asked - whether the environment asks for OTLP, by signal; default: as {@link signalSettings} reads it.
 */
export function planOtlp(
  options: OtlpOptions,
  env: Env,
  given: SdkModules,
  loader: ModuleLoader,
  asked: Readonly<Partial<Record<Signal, boolean>>> = {},
  warn: WarnOf = warnByDiag,
): OtlpPlan {
  const logs = signalSettings('logs', options, env, asked.logs, warn);
  const metrics = signalSettings('metrics', options, env, asked.metrics, warn);
  const forLogs = logs && meansOf('logs', logs, given.logsExporter, given.otlpTransformer, loader);
  const forMetrics = metrics && meansOf('metrics', metrics, given.metricsExporter, given.otlpTransformer, loader);
  const modules = {
    logsExporter: forLogs?.exporter,
    metricsExporter: forMetrics?.exporter,
    sdkLogs: logs && loader.load(given.sdkLogs, '@opentelemetry/sdk-logs'),
    sdkMetrics: metrics && loader.load(given.sdkMetrics, '@opentelemetry/sdk-metrics'),
    otlpTransformer: given.otlpTransformer as Module | undefined,
  };
  const transformers = { logs: forLogs?.transformer, metrics: forMetrics?.transformer };
  return {
    options,
    env,
    logs: logs && forLogs?.exporter ? resolved('logs', logs, options, env, warn) : logs,
    metrics: metrics && forMetrics?.exporter ? resolved('metrics', metrics, options, env, warn) : metrics,
    modules,
    transformers,
  };
}

/** Settings that leave nothing to an exporter of the application's: it may read the environment otherwise. */
function resolved(
  signal: Signal,
  settings: SignalSettings,
  options: OtlpOptions,
  env: Env,
  warn: WarnOf,
): SignalSettings {
  const { url, headers, compression, timeoutMillis, tls } = endpointOf(settings, signal, options, env, warn);
  const httpAgentOptions = { keepAlive: true, ...tls };
  return { ...settings, exporter: { url, headers, compression, timeoutMillis, httpAgentOptions } };
}

/**
 * Makes what exports over OTLP, with counters: `otlp-logs` and `otlp-metrics` (points).
 *
 * @param hosts - where the exporter of each signal reports.
 * @param warn - is called with what is odd about the environment.
 */
export function makeOtlpParts(
  plan: OtlpPlan,
  hosts: Readonly<Record<Signal, ExportHost>>,
  who: string,
  warn: WarnOf,
): OtlpParts {
  const { logs, metrics } = plan;
  const processor = logs && makeLogs(plan, logs, hosts.logs, who, warn);
  const reader = metrics && makeMetrics(plan, metrics, hosts.metrics, who, warn);
  return {
    processor: processor?.part,
    reader: reader?.part,
    abandon: async () => {
      await Promise.all([processor?.abandon(), reader?.abandon()]);
    },
  };
}

/**
 * What a signal is sent with: this library's own sender and OpenTelemetry's serialiser, unless the application gives an
 * exporter of its own without a serialiser.
 */
function meansOf(
  signal: Signal,
  { protocol }: SignalSettings,
  given: object | undefined,
  givenTransformer: object | undefined,
  loader: ModuleLoader,
): { readonly exporter: Module | undefined; readonly transformer: object | undefined } {
  if (givenTransformer !== undefined) return { exporter: undefined, transformer: givenTransformer };
  const transformer = loadTransformer(signal, protocol);
  if (given !== undefined) return { exporter: given as Module, transformer };
  if (transformer !== undefined) return { exporter: undefined, transformer };
  return { exporter: loader.load(undefined, exporterPackage(signal, protocol)), transformer };
}
