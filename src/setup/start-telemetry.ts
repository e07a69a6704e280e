import * as api from '@opentelemetry/api';
import { logs as separateLogs } from '@opentelemetry/api-logs';
import { TelemetryCollector } from '../collector/collector.js';
import type { TelemetryConfig, TelemetryConfigInit } from '../collector/config.js';
import { INTERNALS } from '../collector/internals.js';
import type { CollectorOptions } from '../collector/options.js';
import { TelemetryError } from '../model/errors.js';
import { checkNames } from '../model/options.js';
import { classOf, functionOf, ModuleLoader, type SdkModules } from '../otel/load-sdk.js';
import { RimpMetricReader } from '../otel/metric-reader.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import type { FlushableLike, LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import { checkOtlpOptions, isSdkDisabled, type OtlpOptions } from '../otlp/config/settings.js';
import { makeOtlpParts, planOtlp } from '../otlp/export/export-parts.js';
import type { FlushResult } from '../runtime/deadline.js';
import { shutdownOnSignals } from './signals.js';

/** Settings of {@link startTelemetry}; where one is absent, `OTEL_*` variables count. */
export interface StartTelemetryOptions {
  /** RIMP's configuration; default: all defaults. */
  readonly config?: TelemetryConfig | TelemetryConfigInit | undefined;
  /** What else the collector can be told. */
  readonly collectorOptions?: CollectorOptions | undefined;
  /** A collector that is there already, such as one of `rimp-telemetry/legacy`, instead of the two options above. */
  readonly collector?: TelemetryCollector | undefined;
  /** Default: `OTEL_SERVICE_NAME`, else `service.name` of `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly serviceName?: string | undefined;
  /** Attributes of the resource, beside those of `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Export over OTLP; `false`: none. Without an endpoint, here or in the environment, there is none either. */
  readonly otlp?: false | OtlpOptions | undefined;
  /** Log record processors that come before RIMP's and OTLP's: redactors, enrichers. */
  readonly processors?: readonly object[] | undefined;
  /** Further metric readers. */
  readonly readers?: readonly object[] | undefined;
  /** Milliseconds between RIMP's collections of OpenTelemetry metrics; default 60,000. */
  readonly readerIntervalMillis?: number | undefined;
  /** Whether the providers become the global ones; default `true`. A context manager is not registered. */
  readonly register?: boolean | undefined;
  /** Whether SIGTERM and SIGINT shut telemetry down, within 5 s, before they do their work; default `false`. */
  readonly shutdownOnSignals?: boolean | undefined;
  /** OpenTelemetry's modules, where the application's can't be found by themselves (bundlers, for example). */
  readonly modules?: SdkModules | undefined;
}

/** A running set-up. */
export interface StartedTelemetry {
  readonly collector: TelemetryCollector;
  /** The SDK's provider; one that does nothing where `OTEL_SDK_DISABLED` is true. */
  readonly loggerProvider: LoggerProviderLike & FlushableLike;
  /** The SDK's provider; one that does nothing where `OTEL_SDK_DISABLED` is true. */
  readonly meterProvider: MeterProvider & FlushableLike;
  /** As the collector's: never rejects; `timeoutMillis` is 30,000 unless told otherwise. */
  forceFlush(options?: { readonly timeoutMillis?: number | undefined }): Promise<FlushResult>;
  /** Flushes and ends everything; never rejects; `timeoutMillis` is 30,000 unless told otherwise. */
  shutdown(options?: { readonly timeoutMillis?: number | undefined }): Promise<FlushResult>;
}

const WHO = 'startTelemetry';
const NAMES = [
  'config',
  'collectorOptions',
  'collector',
  'serviceName',
  'resourceAttributes',
  'otlp',
  'processors',
  'readers',
  'readerIntervalMillis',
  'register',
  'shutdownOnSignals',
  'modules',
] as const satisfies readonly (keyof StartTelemetryOptions)[];

/**
 * Sets up OpenTelemetry for logs and metrics with RIMP in it, in one call: a collector, the providers of the SDK that
 * the application has installed, of either generation, and export over OTLP where an endpoint is given.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install, `RIMP_INVALID_ARGUMENT` where an option is
 * wrong or misspelt.
 * @throws ConfigError where the configuration is wrong.
 */
export function startTelemetry(options: StartTelemetryOptions = {}): StartedTelemetry {
  const { env } = process;
  check(options);
  const collector = options.collector ?? new TelemetryCollector(options.config, options.collectorOptions);
  if (isSdkDisabled(env)) {
    return withSignals(options, {
      collector,
      loggerProvider: { getLogger: () => ({ emit: () => undefined, enabled: () => false }) },
      meterProvider:
        api.createNoopMeter === undefined ? api.metrics.getMeterProvider() : { getMeter: () => api.createNoopMeter() },
      forceFlush: (flush) => collector.forceFlush(flush),
      shutdown: (end) => collector.shutdown(end),
    });
  }
  const loader = new ModuleLoader(WHO);
  const modules = options.modules ?? {};
  const plan = options.otlp === false ? undefined : planOtlp(options.otlp ?? {}, env, modules, loader);
  const sdkLogs = loader.load(modules.sdkLogs, '@opentelemetry/sdk-logs');
  const sdkMetrics = loader.load(modules.sdkMetrics, '@opentelemetry/sdk-metrics');
  const resources = loader.load(modules.resources, '@opentelemetry/resources');
  loader.check();
  const otlp = plan && makeOtlpParts(plan, collector[INTERNALS], WHO);
  const resource = makeResource(resources, options);
  const readerOptions =
    options.readerIntervalMillis === undefined ? {} : { intervalMillis: options.readerIntervalMillis };
  const loggerProvider = new (classOf(sdkLogs, 'LoggerProvider', WHO))({
    resource,
    // in this order: what the first ones redact neither RIMP nor OTLP sees
    processors: [...(options.processors ?? []), new RimpLogRecordProcessor(collector), ...present(otlp?.processor)],
  }) as LoggerProviderLike & FlushableLike;
  const meterProvider = new (classOf(sdkMetrics, 'MeterProvider', WHO))({
    resource,
    readers: [...(options.readers ?? []), new RimpMetricReader(collector, readerOptions), ...present(otlp?.reader)],
  }) as MeterProvider & FlushableLike;
  collector.useProviders({ loggerProvider, meterProvider, own: true });
  const unregister = options.register === false ? undefined : register(loggerProvider, meterProvider);
  let ending: Promise<FlushResult> | undefined;
  return withSignals(options, {
    collector,
    loggerProvider,
    meterProvider,
    forceFlush: (flush) => collector.forceFlush(flush),
    shutdown: (end) => {
      ending ??= (async () => {
        const result = await collector.shutdown(end);
        await otlp?.abandon();
        unregister?.();
        return result;
      })();
      return ending;
    },
  });
}

function check(options: StartTelemetryOptions): void {
  checkNames(WHO, 'option', options, NAMES);
  if (options.collector !== undefined && (options.config !== undefined || options.collectorOptions !== undefined)) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `${WHO}: expected either "collector", or "config" and "collectorOptions", got both`,
    );
  }
  if (options.otlp !== undefined && options.otlp !== false) checkOtlpOptions(options.otlp, WHO);
}

function makeResource(resources: Readonly<Record<string, unknown>>, options: StartTelemetryOptions): object {
  type Resource = { merge(other: unknown): Resource };
  const fromAttributes = functionOf(resources, 'resourceFromAttributes', WHO);
  const detected = functionOf(resources, 'detectResources', WHO)({ detectors: [resources.envDetector] });
  const attributes: Record<string, unknown> = { 'process.pid': process.pid, ...options.resourceAttributes };
  if (options.serviceName !== undefined) attributes['service.name'] = options.serviceName;
  const base = functionOf(resources, 'defaultResource', WHO)() as Resource;
  return base.merge(detected).merge(fromAttributes(attributes));
}

/** Makes the providers global, and returns what takes them back. */
function register(loggerProvider: LoggerProviderLike, meterProvider: MeterProvider): () => void {
  const undo: (() => void)[] = [];
  if (api.metrics.setGlobalMeterProvider(meterProvider)) undo.push(() => api.metrics.disable());
  else api.diag.warn('rimp-telemetry: another meter provider is registered already, and stays the global one');
  // both logs APIs: instrumentations of either generation then reach the one provider that there is
  type LogsApi = { getLoggerProvider(): unknown; setGlobalLoggerProvider(provider: unknown): unknown; disable(): void };
  for (const logs of [separateLogs as LogsApi, (api as { readonly logs?: LogsApi }).logs]) {
    if (logs === undefined) continue;
    logs.setGlobalLoggerProvider(loggerProvider);
    if (logs.getLoggerProvider() === loggerProvider) undo.push(() => logs.disable());
    else api.diag.warn('rimp-telemetry: another logger provider is registered already, and stays the global one');
  }
  return () => {
    for (const step of undo) step();
  };
}

function withSignals(options: StartTelemetryOptions, started: StartedTelemetry): StartedTelemetry {
  if (options.shutdownOnSignals === true) shutdownOnSignals(started);
  return started;
}

function present<T>(part: T | undefined): T[] {
  return part === undefined ? [] : [part];
}
