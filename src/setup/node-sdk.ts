import type { TelemetryCollector } from '../collector/collector.js';
import { INTERNALS } from '../collector/internals.js';
import { ModuleLoader, type SdkModules } from '../otel/load-sdk.js';
import { bridgeLogsApisSoon } from '../otel/logs-apis.js';
import { RimpMetricReader } from '../otel/metric-reader.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { checkOtlpOptions, type OtlpOptions } from '../otlp/config/settings.js';
import { makeOtlpParts, planOtlp } from '../otlp/export/export-parts.js';

/** Settings of {@link nodeSdkOptions}. */
export interface NodeSdkHelperOptions<P = never, R = never> {
  /** Log record processors that come before RIMP's and OTLP's: redactors, enrichers. */
  readonly processors?: readonly P[] | undefined;
  /** Further metric readers. */
  readonly readers?: readonly R[] | undefined;
  /** Milliseconds between RIMP's collections of OpenTelemetry metrics; default 60,000. */
  readonly intervalMillis?: number | undefined;
  /** Export over OTLP; `false`: none; where a setting is absent, `OTEL_*` variables count. */
  readonly otlp?: false | OtlpOptions | undefined;
  /** OpenTelemetry's modules, where the application's can't be found by themselves. */
  readonly modules?: SdkModules | undefined;
}

/** What {@link nodeSdkOptions} gives: to be spread into the options of `NodeSDK`. */
export interface NodeSdkParts<P = never, R = never> {
  logRecordProcessors: (P | RimpLogRecordProcessor)[];
  metricReaders: (R | RimpMetricReader)[];
  /** RIMP's alone, for versions of `NodeSDK` that take but one; the others look at `metricReaders` only. */
  metricReader: RimpMetricReader;
}

const WHO = 'nodeSdkOptions';

/**
 * RIMP's processor and reader for `NodeSDK` of either generation, together with the OTLP ones that options or the
 * environment ask for: `NodeSDK` leaves out its own OTLP exporters where it is given processors or readers. With 3.x, what
 * is emitted through `@opentelemetry/api-logs` reaches its provider too.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install, `RIMP_INVALID_ARGUMENT` where an option is
 * wrong or misspelt.
 */
export function nodeSdkOptions<P = never, R = never>(
  collector: TelemetryCollector,
  options: NodeSdkHelperOptions<P, R> = {},
): NodeSdkParts<P, R> {
  if (options.otlp !== undefined && options.otlp !== false) checkOtlpOptions(options.otlp, WHO);
  const loader = new ModuleLoader(WHO);
  const plan =
    options.otlp === false ? undefined : planOtlp(options.otlp ?? {}, process.env, options.modules ?? {}, loader);
  loader.check();
  const otlp = plan && makeOtlpParts(plan, collector[INTERNALS], WHO);
  const logRecordProcessors: NodeSdkParts<P, R>['logRecordProcessors'] = [
    ...(options.processors ?? []),
    new RimpLogRecordProcessor(collector),
  ];
  // structurally processor and reader of the SDK, as ours are
  if (otlp?.processor !== undefined) logRecordProcessors.push(otlp.processor as unknown as RimpLogRecordProcessor);
  const reader = new RimpMetricReader(
    collector,
    options.intervalMillis === undefined ? {} : { intervalMillis: options.intervalMillis },
  );
  const metricReaders: NodeSdkParts<P, R>['metricReaders'] = [...(options.readers ?? []), reader];
  if (otlp?.reader !== undefined) metricReaders.push(otlp.reader as unknown as RimpMetricReader);
  bridgeLogsApisSoon();
  return { logRecordProcessors, metricReaders, metricReader: reader };
}
