import { classOf } from '../../otel/load-sdk.js';
import type { MetricReaderLike, ResourceMetricsLike } from '../../otel/sdk-types.js';
import { holdingClock, systemClock } from '../../runtime/system-clock.js';
import { endpointOf } from '../config/endpoint.js';
import type { WarnOf } from '../config/environment.js';
import { exportInterval, exportTimeout, temporalityOf } from '../config/metric-export.js';
import type { SignalSettings } from '../config/settings.js';
import { serializerOf } from '../encode/serializer.js';
import type { BatchExporter } from './batch-exporter.js';
import { boundCollections } from './bounded-collection.js';
import { CountedMetricExporter, type MetricExporterLike, type MetricSelectors } from './counted-metric-exporter.js';
import { DurableMetricExporter } from './durable-metric-exporter.js';
import { DurableSender } from './durable-sender.js';
import { type ExportHost, reportTo } from './export-host.js';
import type { OtlpPlan } from './export-parts.js';
import { exporterTo } from './exporter-to.js';
import { type ExporterLike, ForeignExporter } from './foreign-exporter.js';
import type { MadePart } from './make-logs.js';

type Metrics = ResourceMetricsLike;

/** Makes what collects and exports metrics, counted as `otlp-metrics` (points). */
export function makeMetrics(
  plan: OtlpPlan,
  settings: SignalSettings,
  host: ExportHost,
  who: string,
  warn: WarnOf,
): MadePart<MetricReaderLike> {
  const { part: exporter, abandon } = makeExporter(plan, settings, host, who, warn);
  const interval = exportInterval(plan.options, plan.env, warn);
  const part = new (classOf(plan.modules.sdkMetrics ?? {}, 'PeriodicExportingMetricReader', who))({
    exporter,
    exportIntervalMillis: interval,
    exportTimeoutMillis: exportTimeout(interval, plan.env, warn),
  }) as MetricReaderLike;
  boundCollections(part);
  return { part, abandon };
}

function makeExporter(
  plan: OtlpPlan,
  settings: SignalSettings,
  host: ExportHost,
  who: string,
  warn: WarnOf,
): MadePart<MetricExporterLike> {
  const report = reportTo(host, 'otlp-metrics');
  const module = plan.modules.metricsExporter;
  const given = module && (new (classOf(module, 'OTLPMetricExporter', who))(settings.exporter) as MetricExporterLike);
  const selectors = given ? selectorsOf(given) : { selectAggregationTemporality: temporalityOf(plan.env, warn) };
  const { queue } = plan.options;
  if (given !== undefined && queue === undefined) {
    return counted(
      new ForeignExporter<Metrics>({
        exporter: given as ExporterLike<Metrics>,
        clock: holdingClock,
        timeoutMillis: exportTimeout(exportInterval(plan.options, plan.env, warn), plan.env, warn),
        report,
      }),
      selectors,
      host,
    );
  }
  const endpoint = endpointOf(settings, 'metrics', plan.options, plan.env, warn);
  const serializer = serializerOf('metrics', endpoint.protocol, plan.transformers.metrics, who);
  if (queue !== undefined) {
    const sender = new DurableSender({
      signal: 'metrics',
      endpoint,
      queue,
      serializer,
      clock: systemClock,
      report,
      who,
    });
    host.addLedger('otlp-metrics', () => sender.ledger.figures);
    // what an earlier process left
    sender.wake();
    return { part: new DurableMetricExporter(sender, selectors), abandon: () => sender.abandon() };
  }
  return counted(exporterTo<Metrics>(endpoint, serializer, report, { holdsProcess: true }), selectors, host);
}

function counted(
  exporter: BatchExporter<Metrics>,
  selectors: MetricSelectors,
  host: ExportHost,
): MadePart<MetricExporterLike> {
  const part = new CountedMetricExporter({
    exporter,
    selectors,
    report: reportTo(host, 'otlp-metrics'),
  });
  host.addLedger('otlp-metrics', () => part.figures);
  return { part, abandon: () => part.abandon() };
}

/** How an exporter of the application's wants instruments exported. */
function selectorsOf(exporter: MetricExporterLike): MetricSelectors {
  return {
    ...(exporter.selectAggregationTemporality && {
      selectAggregationTemporality: (type) => exporter.selectAggregationTemporality?.(type) as number,
    }),
    ...(exporter.selectAggregation && { selectAggregation: (type) => exporter.selectAggregation?.(type) }),
  };
}
