import type { TelemetryCollector } from '../collector/collector.js';
import type { TelemetryConfig, TelemetryConfigInit } from '../collector/config.js';
import type { CollectorOptions } from '../collector/options.js';
import type { SdkModules } from '../otel/load-sdk.js';
import type { FlushableLike, LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import type { OtlpOptions } from '../otlp/config/settings.js';
import type { FlushResult } from '../runtime/deadline.js';
import { loadSetUp } from './on-demand.js';

/** Settings of {@link startTelemetry}; if one is absent, `OTEL_*` variables count. */
export interface StartTelemetryOptions {
  /** RIMP's configuration; default: all defaults. */
  readonly config?: TelemetryConfig | TelemetryConfigInit | undefined;
  /** Options of the collector; default: all defaults. */
  readonly collectorOptions?: CollectorOptions | undefined;
  /** A collector that is there already, such as one of `rimp-telemetry/legacy`, instead of the two options above; default: a new one. */
  readonly collector?: TelemetryCollector | undefined;
  /** The name of the service, `service.name`; default: `OTEL_SERVICE_NAME`, else `service.name` of `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly serviceName?: string | undefined;
  /** Attributes of the resource, beside those of `OTEL_RESOURCE_ATTRIBUTES`; default none. */
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Export over OTLP; default: as the environment says. `false` switches it off; without an endpoint there is none. */
  readonly otlp?: false | OtlpOptions | undefined;
  /** Log record processors that come before RIMP's and OTLP's, such as redactors; default none. */
  readonly processors?: readonly object[] | undefined;
  /** Further metric readers; default none. */
  readonly readers?: readonly object[] | undefined;
  /** Milliseconds between RIMP's collections of OpenTelemetry metrics; default 60,000. */
  readonly collectIntervalMillis?: number | undefined;
  /**
   * Whether the providers become the global ones; default `true`. A context manager is not registered. If providers of
   * somebody else's are the global ones already, they stay, and RIMP's processor and reader are added to them.
   */
  readonly register?: boolean | undefined;
  /** Whether SIGTERM and SIGINT shut telemetry down, within 5 s, before they do their work; default `false`. */
  readonly shutdownOnSignals?: boolean | undefined;
  /** OpenTelemetry's modules, for bundled applications; default: those that the application has installed. */
  readonly modules?: SdkModules | undefined;
}

/** A running set-up. */
export interface StartedTelemetry {
  /** The collector: the one that was given, else a new one. */
  readonly collector: TelemetryCollector;
  /** The SDK's provider; one that does nothing if `OTEL_SDK_DISABLED` is true. */
  readonly loggerProvider: LoggerProviderLike & FlushableLike;
  /** The SDK's provider; one that does nothing if `OTEL_SDK_DISABLED` is true. */
  readonly meterProvider: MeterProvider & FlushableLike;
  /** As the collector's: never rejects; `timeoutMillis` is 30,000 by default. */
  forceFlush(options?: { readonly timeoutMillis?: number | undefined }): Promise<FlushResult>;
  /** Flushes and ends everything; never rejects; `timeoutMillis` is 30,000 by default. */
  shutdown(options?: { readonly timeoutMillis?: number | undefined }): Promise<FlushResult>;
}

/**
 * Sets up OpenTelemetry for logs and metrics with RIMP in it, in one call: a collector, the providers of the SDK that
 * the application has installed, of either generation, and export over OTLP if an endpoint is given.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install, `RIMP_INVALID_ARGUMENT` if an option is
 * wrong or misspelt.
 * @throws ConfigError if the configuration is wrong.
 */
export function startTelemetry(options: StartTelemetryOptions = {}): StartedTelemetry {
  return loadSetUp().makeTelemetry(options);
}
