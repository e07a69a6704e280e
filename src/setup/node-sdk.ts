import type { TelemetryCollector } from '../collector/collector.js';
import type { SdkModules } from '../otel/load-sdk.js';
import type { RimpMetricReader } from '../otel/metric-reader.js';
import type { RimpLogRecordProcessor } from '../otel/processor.js';
import type { RimpSpanProcessor } from '../otel/span-processor.js';
import type { OtlpOptions } from '../otlp/config/settings.js';
import { loadSetUp } from './on-demand.js';

/** Settings of {@link nodeSdkOptions}. */
export interface NodeSdkHelperOptions<P = never, R = never, S = never> {
  /** Log record processors that come before RIMP's and the exporters': redactors, enrichers. */
  readonly processors?: readonly P[] | undefined;
  /**
   * Span processors that come before RIMP's, those that export among them: `NodeSDK` makes none of its own beside these.
   * Default: `NodeSDK` makes its own of `OTEL_TRACES_EXPORTER`, and RIMP takes no spans.
   */
  readonly spanProcessors?: readonly S[] | undefined;
  /** Further metric readers. */
  readonly readers?: readonly R[] | undefined;
  /** Milliseconds between RIMP's collections of OpenTelemetry metrics; default 60,000. */
  readonly collectIntervalMillis?: number | undefined;
  /**
   * Export over OTLP; default: as `NodeSDK` does it, to `http://localhost:4318` unless `OTEL_*` variables say otherwise;
   * `false`: none. If a setting is absent, `OTEL_EXPORTER_OTLP_*` counts.
   */
  readonly otlp?: false | OtlpOptions | undefined;
  /** OpenTelemetry's modules, if the application's can't be found by themselves. */
  readonly modules?: SdkModules | undefined;
}

/** What {@link nodeSdkOptions} gives: to be spread into the options of `NodeSDK`. */
export interface NodeSdkParts<P = never, R = never, S = never> {
  /** Your `processors`, RIMP's, and the exporters' that `NodeSDK` would make. */
  logRecordProcessors: (P | RimpLogRecordProcessor)[];
  /** Your `spanProcessors` and RIMP's; absent if you gave none. */
  spanProcessors?: (S | RimpSpanProcessor)[];
  /** RIMP's reader, your `readers`, and the exporters' that `NodeSDK` would make. */
  metricReaders: (R | RimpMetricReader)[];
  /** For versions of `NodeSDK` that take but one, before 0.204; the others look at `metricReaders` only. */
  metricReader: RimpMetricReader;
}

/**
 * RIMP's processor and reader for `NodeSDK` of either generation, together with what `NodeSDK` would build of the same
 * environment: it builds nothing of `OTEL_LOGS_EXPORTER` and `OTEL_METRICS_EXPORTER` if it is given processors or readers.
 * With 3.x, what is emitted through `@opentelemetry/api-logs` reaches its provider too.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install, `RIMP_INVALID_ARGUMENT` if an option is
 * wrong or misspelt.
 */
export function nodeSdkOptions<P = never, R = never, S = never>(
  collector: TelemetryCollector,
  options: NodeSdkHelperOptions<P, R, S> = {},
): NodeSdkParts<P, R, S> {
  return loadSetUp().makeNodeSdkOptions(collector, options);
}
