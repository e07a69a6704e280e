import { classOf, type ModuleLoader, type SdkModules } from '../../otel/load-sdk.js';
import type { LogRecordProcessorLike, MetricReaderLike, ResourceMetricsLike } from '../../otel/sdk-types.js';
import { Ledger } from '../../pipeline/counters.js';
import { endpointOf } from '../config/endpoint.js';
import {
  type Env,
  exporterPackage,
  exportInterval,
  type OtlpOptions,
  type Signal,
  type SignalSettings,
  signalSettings,
} from '../config/settings.js';
import { pointsOf } from '../points.js';
import { CountedBatchProcessor } from './counted-batch-processor.js';
import { type ExporterLike, tellExports } from './counted-export.js';
import { type DurableOptions, durableLogs, makeMetricsDurable } from './durable-export.js';
import type { ExportHost } from './export-host.js';

/** The OTLP parts of a set-up: absent where nothing asks for them. */
export interface OtlpParts {
  readonly processor: LogRecordProcessorLike | undefined;
  readonly reader: MetricReaderLike | undefined;
  /** Waits no longer for a server: what is in memory is counted as lost, what is on disk stays there. */
  readonly abandon: () => Promise<void>;
}

/** What is to be exported, with the modules that it takes: absent where nothing asks for it. */
export interface OtlpPlan {
  readonly options: OtlpOptions;
  readonly env: Env;
  readonly logs: SignalSettings | undefined;
  readonly metrics: SignalSettings | undefined;
  readonly modules: { readonly [K in keyof SdkModules]: Readonly<Record<string, unknown>> | undefined };
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
): OtlpPlan {
  const logs = signalSettings('logs', options, env, asked.logs);
  const metrics = signalSettings('metrics', options, env, asked.metrics);
  const modules = {
    logsExporter: logs && loader.load(given.logsExporter, exporterPackage('logs', logs.protocol)),
    metricsExporter: metrics && loader.load(given.metricsExporter, exporterPackage('metrics', metrics.protocol)),
    sdkLogs: logs && loader.load(given.sdkLogs, '@opentelemetry/sdk-logs'),
    sdkMetrics: metrics && loader.load(given.sdkMetrics, '@opentelemetry/sdk-metrics'),
    otlpTransformer: given.otlpTransformer as Readonly<Record<string, unknown>> | undefined,
  };
  return { options, env, logs, metrics, modules };
}

/** Makes what exports over OTLP, with books: `otlp-logs` and `otlp-metrics` (points). */
export function makeOtlpParts(plan: OtlpPlan, host: ExportHost, who: string): OtlpParts {
  const { options, env, logs, metrics } = plan;
  const { logsExporter: logsModule, metricsExporter: metricsModule, sdkLogs, sdkMetrics } = plan.modules;
  const durable: DurableOptions | undefined = options.queue && {
    otlp: options,
    queue: options.queue,
    transformer: plan.modules.otlpTransformer,
    host,
    who,
  };
  const abandons: (() => Promise<void>)[] = [];
  let processor: LogRecordProcessorLike | undefined;
  if (logs && durable) {
    const made = durableLogs(durable, endpointOf(logs, 'logs', options, env));
    processor = made.processor;
    abandons.push(made.abandon);
  } else if (logs && logsModule && sdkLogs) {
    const made = new CountedBatchProcessor({
      BatchLogRecordProcessor: classOf(sdkLogs, 'BatchLogRecordProcessor', who),
      exporter: new (classOf(logsModule, 'OTLPLogExporter', who))(logs.exporter),
      maxQueueSize: options.maxQueueSize,
      report: (kind, what, error) => host.report(kind, what, error),
    });
    host.addLedger('otlp-logs', () => made.figures);
    abandons.push(async () => made.abandon());
    processor = made;
  }
  let reader: MetricReaderLike | undefined;
  if (metrics && metricsModule && sdkMetrics) {
    const exporter = new (classOf(metricsModule, 'OTLPMetricExporter', who))(metrics.exporter);
    if (durable) {
      const endpoint = endpointOf(metrics, 'metrics', options, env);
      abandons.push(makeMetricsDurable(exporter as ExporterLike<ResourceMetricsLike>, durable, endpoint).abandon);
    } else countPoints(exporter as ExporterLike<ResourceMetricsLike>, host);
    const interval = exportInterval(options, env);
    reader = new (classOf(sdkMetrics, 'PeriodicExportingMetricReader', who))({
      exporter,
      exportIntervalMillis: interval,
      // the SDK wants it no longer than the interval
      exportTimeoutMillis: Math.min(interval, 30_000),
    }) as MetricReaderLike;
  }
  return {
    processor,
    reader,
    abandon: async () => {
      await Promise.all(abandons.map((abandon) => abandon()));
    },
  };
}

function countPoints(exporter: ExporterLike<ResourceMetricsLike>, host: ExportHost): void {
  const ledger = new Ledger(() => 0);
  tellExports(exporter, (data, error) => {
    const points = pointsOf(data);
    ledger.accepted += points;
    if (error === undefined) {
      ledger.delivered += points;
    } else {
      ledger.dropped.add('export_failed', points);
      host.report('otlp_metrics', `exporting ${points} metric points over OTLP failed`, error);
    }
  });
  host.addLedger('otlp-metrics', () => ledger.figures);
}
