import type { TelemetryCollector } from '../collector/collector.js';
import { checkOptions, POSITIVE_NUMBER, type Rule, withPresentNames } from '../model/options.js';
import { bridgeOf } from '../otel/bridge.js';
import { bridgeLogsApisSoon } from '../otel/logs-apis.js';
import { RimpMetricReader } from '../otel/metric-reader.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { RimpSpanProcessor } from '../otel/span-processor.js';
import { isSdkDisabled } from '../otlp/config/settings.js';
import { withFurtherReaders } from './attach-reader.js';
import { attachUnlessTaken } from './attach-unless-taken.js';
import {
  checkOtlp,
  EARLIER_NAMES,
  MODULES,
  OTLP,
  PROCESSORS,
  READERS,
  SPAN_PROCESSORS,
} from './check-start-options.js';
import { checkLogLevel } from './log-level.js';
import type { NodeSdkHelperOptions, NodeSdkParts } from './node-sdk.js';
import { buildNodeSdkParts, nodeSdkTraits } from './node-sdk-parts.js';
import { checkResourceVariable } from './resource-variable.js';
import { warnBy } from './warn.js';

const WHO = 'nodeSdkOptions';
const RULES: Readonly<Record<keyof NodeSdkHelperOptions, Rule>> = {
  processors: PROCESSORS,
  spanProcessors: SPAN_PROCESSORS,
  readers: READERS,
  collectIntervalMillis: POSITIVE_NUMBER,
  otlp: OTLP,
  modules: MODULES,
};

/** What `nodeSdkOptions` gives. */
export function makeNodeSdkOptions<P = never, R = never, S = never>(
  collector: TelemetryCollector,
  given: NodeSdkHelperOptions<P, R, S>,
): NodeSdkParts<P, R, S> {
  bridgeOf(collector, WHO);
  const options = withPresentNames(WHO, given, EARLIER_NAMES);
  checkOptions(WHO, options, RULES);
  checkOtlp(WHO, options.otlp);
  const { env } = process;
  const warn = warnBy(collector);
  checkLogLevel(env, (what) => warn('environment:OTEL_LOG_LEVEL', what));
  checkResourceVariable(env, (what) => warn('environment:OTEL_RESOURCE_ATTRIBUTES', what));
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
  ] as NodeSdkParts<P, R, S>['logRecordProcessors'];
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
    ...(options.spanProcessors !== undefined && {
      spanProcessors: [...options.spanProcessors, new RimpSpanProcessor(collector)],
    }),
    metricReaders: [reader, ...others],
    metricReader: reader,
  };
}
