import { classOf, type ModuleLoader, type SdkModules } from '../otel/load-sdk.js';
import type { LogRecordProcessorLike, MetricReaderLike, ResourceMetricsLike } from '../otel/sdk-types.js';
import { Ledger } from '../pipeline/ledger.js';
import { CountedBatchProcessor } from './counted-batch-processor.js';
import { type ExporterLike, tellExports } from './counted-export.js';
import { type DurableOptions, durableLogs, makeMetricsDurable, pointsOf } from './durable-export.js';
import { endpointOf } from './endpoint.js';
import type { ExportHost } from './export-host.js';
import { type Env, exportInterval, type OtlpOptions, type Signal, signalSettings } from './settings.js';

/** The OTLP parts of a set-up: absent where nothing asks for them. */
export interface OtlpParts {
  readonly processor: LogRecordProcessorLike | undefined;
  readonly reader: MetricReaderLike | undefined;
  /** Waits no longer for a server: what is in memory is counted as lost, what is on disk stays there. */
  readonly abandon: () => Promise<void>;
}

/** Loads the exporters that options and environment ask for, so that {@link ModuleLoader.check} names them with the rest. */
export function loadExporters(options: OtlpOptions, env: Env, modules: SdkModules, loader: ModuleLoader) {
  const logs = signalSettings('logs', options, env);
  const metrics = signalSettings('metrics', options, env);
  return {
    ...modules,
    logsExporter: logs && loader.load(modules.logsExporter, packageOf('logs', logs.protocol)),
    metricsExporter: metrics && loader.load(modules.metricsExporter, packageOf('metrics', metrics.protocol)),
  };
}

/** Makes what exports over OTLP, as options and environment say, with books: `otlp-logs` and `otlp-metrics` (points). */
export function makeOtlpParts(
  options: OtlpOptions,
  env: Env,
  modules: SdkModules,
  loader: ModuleLoader,
  host: ExportHost,
  who: string,
): OtlpParts {
  const logs = signalSettings('logs', options, env);
  const metrics = signalSettings('metrics', options, env);
  const { logsExporter: logsModule, metricsExporter: metricsModule } = loadExporters(options, env, modules, loader);
  const durable: DurableOptions | undefined = options.queue && {
    otlp: options,
    queue: options.queue,
    env,
    transformer: modules.otlpTransformer,
    host,
    who,
  };
  const sdkLogs = logs && loader.load(modules.sdkLogs, '@opentelemetry/sdk-logs');
  const sdkMetrics = metrics && loader.load(modules.sdkMetrics, '@opentelemetry/sdk-metrics');
  loader.check();
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

function packageOf(signal: Signal, protocol: string): string {
  return `@opentelemetry/exporter-${signal}-otlp-${protocol === 'http/json' ? 'http' : 'proto'}`;
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
