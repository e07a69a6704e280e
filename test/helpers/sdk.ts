import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  type CollectorOptions,
  RimpLogRecordProcessor,
  RimpMetricReader,
  TelemetryCollector,
  type TelemetryConfigInit,
} from 'rimp-telemetry';

/** A collector attached to providers of the real SDK. */
export function attached(
  config: TelemetryConfigInit = {},
  options: CollectorOptions & {
    readonly before?: LogRecordProcessor[];
    readonly limits?: { attributeCountLimit?: number; attributeValueLengthLimit?: number };
  } = {},
) {
  const { before = [], limits = {}, ...collectorOptions } = options;
  const collector = new TelemetryCollector(config, collectorOptions);
  const reader = new RimpMetricReader(collector);
  const loggerProvider = new LoggerProvider({
    processors: [...before, new RimpLogRecordProcessor(collector)],
    logRecordLimits: limits,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  collector.useProviders({ loggerProvider, meterProvider });
  return { collector, loggerProvider, meterProvider, reader };
}

/** A processor of somebody else's. */
export function processor(onEmit: (...args: Parameters<LogRecordProcessor['onEmit']>) => unknown): LogRecordProcessor {
  return {
    onEmit: (...args) => void onEmit(...args),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
}
