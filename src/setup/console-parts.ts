import { classOf } from '../otel/load-sdk.js';
import type { LogRecordProcessorLike, MetricReaderLike } from '../otel/sdk-types.js';

type Module = Readonly<Record<string, unknown>>;

/** What prints log records, as the SDK does for `OTEL_LOGS_EXPORTER=console`. */
export function consoleProcessor(sdkLogs: Module, who: string): LogRecordProcessorLike {
  const exporter = new (classOf(sdkLogs, 'ConsoleLogRecordExporter', who))();
  // before sdk-logs 0.220 the argument is the exporter, from then on an object that holds it: this is both
  const either = Object.assign(exporter, { exporter });
  return new (classOf(sdkLogs, 'SimpleLogRecordProcessor', who))(either) as LogRecordProcessorLike;
}

/** What prints metrics, as the SDK does for `OTEL_METRICS_EXPORTER=console`. */
export function consoleReader(sdkMetrics: Module, who: string): MetricReaderLike {
  const exporter = new (classOf(sdkMetrics, 'ConsoleMetricExporter', who))();
  return new (classOf(sdkMetrics, 'PeriodicExportingMetricReader', who))({ exporter }) as MetricReaderLike;
}
