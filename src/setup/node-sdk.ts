import type { TelemetryCollector } from '../collector/collector.js';
import { checkOptions, POSITIVE_NUMBER, type Rule, withPresentNames } from '../model/options.js';
import { bridgeOf } from '../otel/bridge.js';
import type { SdkModules } from '../otel/load-sdk.js';
import { bridgeLogsApisSoon } from '../otel/logs-apis.js';
import { RimpMetricReader } from '../otel/metric-reader.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { isSdkDisabled, type OtlpOptions } from '../otlp/config/settings.js';
import { withFurtherReaders } from './attach-reader.js';
import { attachUnlessTaken } from './attach-unless-taken.js';
import { checkOtlp, EARLIER_NAMES, MODULES, OTLP, PROCESSORS, READERS } from './check-start-options.js';
import { checkLogLevel } from './log-level.js';
import { buildNodeSdkParts, nodeSdkTraits } from './node-sdk-parts.js';
import { tellOf } from './tell.js';

/** Settings of {@link nodeSdkOptions}. */
export interface NodeSdkHelperOptions<P = never, R = never> {
  /** Log record processors that come before RIMP's and the exporters': redactors, enrichers. */
  readonly processors?: readonly P[] | undefined;
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
export interface NodeSdkParts<P = never, R = never> {
  /** Your `processors`, RIMP's, and the exporters' that `NodeSDK` would make. */
  logRecordProcessors: (P | RimpLogRecordProcessor)[];
  /** RIMP's reader, your `readers`, and the exporters' that `NodeSDK` would make. */
  metricReaders: (R | RimpMetricReader)[];
  /** For versions of `NodeSDK` that take but one, before 0.204; the others look at `metricReaders` only. */
  metricReader: RimpMetricReader;
}

const WHO = 'nodeSdkOptions';
const RULES: Readonly<Record<keyof NodeSdkHelperOptions, Rule>> = {
  processors: PROCESSORS,
  readers: READERS,
  collectIntervalMillis: POSITIVE_NUMBER,
  otlp: OTLP,
  modules: MODULES,
};

/**
 * RIMP's processor and reader for `NodeSDK` of either generation, together with what `NodeSDK` would build of the same
 * environment: it builds nothing of `OTEL_LOGS_EXPORTER` and `OTEL_METRICS_EXPORTER` if it is given processors or readers.
 * With 3.x, what is emitted through `@opentelemetry/api-logs` reaches its provider too.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install, `RIMP_INVALID_ARGUMENT` if an option is
 * wrong or misspelt.
 */
export function nodeSdkOptions<P = never, R = never>(
  collector: TelemetryCollector,
  given: NodeSdkHelperOptions<P, R> = {},
): NodeSdkParts<P, R> {
  bridgeOf(collector, WHO);
  const options = withPresentNames(WHO, given, EARLIER_NAMES);
  checkOptions(WHO, options, RULES);
  checkOtlp(WHO, options.otlp);
  const { env } = process;
  const warn = tellOf(collector);
  checkLogLevel(env, (what) => warn('environment:OTEL_LOG_LEVEL', what));
  const traits = nodeSdkTraits();
  const built = isSdkDisabled(env)
    ? { processors: [], readers: [] }
    : buildNodeSdkParts({ otlp: options.otlp, modules: options.modules ?? {}, warn }, env, traits, collector, WHO);
  const readerOptions =
    options.collectIntervalMillis === undefined ? {} : { collectIntervalMillis: options.collectIntervalMillis };
  const reader = new RimpMetricReader(collector, readerOptions);
  // structurally processors and readers of the SDK, as ours are
  const logRecordProcessors = [
    ...(options.processors ?? []),
    new RimpLogRecordProcessor(collector),
    ...built.processors,
  ] as NodeSdkParts<P, R>['logRecordProcessors'];
  const others = [...(options.readers ?? []), ...built.readers] as R[];
  if (!traits.takesManyReaders) {
    withFurtherReaders(reader, others as object[], () =>
      warn(
        'environment',
        `${WHO}: this NodeSDK takes one metric reader: RIMP's is there, ${others.length} more are not`,
      ),
    );
  }
  attachUnlessTaken(collector, readerOptions, warn);
  bridgeLogsApisSoon(traits.isThirdGeneration ?? true);
  return {
    logRecordProcessors,
    metricReaders: [reader, ...others],
    metricReader: reader,
  };
}
