export { printable } from './codec/printable.js';
export { TelemetryCollector } from './collector/collector.js';
export {
  ConfigError,
  type ConfigProblem,
  type StorageBackend,
  TelemetryConfig,
  type TelemetryConfigInit,
} from './collector/config.js';
export type { CollectorHealth } from './collector/health.js';
export type { EventFields, MetricFields } from './collector/items-from-arguments.js';
export { openStorage, type StorageOptions } from './collector/open-storage.js';
export type { CollectorOptions } from './collector/options.js';
export { type TelemetryConsumer, TelemetryStream, type TelemetryStreamOptions } from './collector/stream.js';
export type { TimeArgument } from './collector/time-from-argument.js';
export type { AnyValue, AnyValueMap } from './model/any-value.js';
export { TelemetryData } from './model/data.js';
export { type ErrorCode, StorageError, type StoreFailure, TelemetryError } from './model/errors.js';
export { TelemetryEvent, type TelemetryEventInit } from './model/event.js';
export { EventType } from './model/event-type.js';
export type { TelemetryItem } from './model/item.js';
export { type Tags, type TagValue, TelemetryMetric, type TelemetryMetricInit } from './model/metric.js';
export type {
  EventOtel,
  ExponentialBuckets,
  HistogramBuckets,
  HistogramDetail,
  MetricOtel,
  SpanDetail,
  SpanEvent,
  SpanLink,
} from './model/otel-fields.js';
export { estimatePercentile } from './model/percentile.js';
export type { ItemKind, TelemetryQuery } from './model/query.js';
export { spanDurationMillis } from './model/span.js';
export type { TelemetrySink, TelemetryStorage } from './model/storage.js';
export type { InstrumentKind, InstrumentRule } from './otel/instruments/instrument-policy.js';
export type { SdkModules } from './otel/load-sdk.js';
export { bridgeLogsApis } from './otel/logs-apis.js';
export { RimpMetricReader, type RimpMetricReaderOptions } from './otel/metric-reader.js';
export { RimpLogRecordProcessor } from './otel/processor.js';
export type { ProviderOption, Providers } from './otel/providers.js';
export { RimpSpanProcessor } from './otel/span-processor.js';
export type { OtlpOptions, OtlpProtocol } from './otlp/config/settings.js';
export type { LedgerFigures } from './pipeline/counters.js';
export type { TelemetryListener } from './pipeline/listeners.js';
export type { SinkHandle } from './pipeline/pipeline.js';
export type { PrometheusHandler } from './prometheus/handler.js';
export type { PrometheusOptions } from './prometheus/options.js';
export type { OtlpReceiver, OtlpReceiverOptions } from './receiver/otlp-receiver.js';
export type { Clock } from './runtime/clock.js';
export type { FlushResult } from './runtime/deadline.js';
export type { LastError } from './runtime/diagnostics.js';
export type { HttpHandler, HttpRequest, HttpResponse } from './runtime/http-types.js';
export { createLiveView, type LiveView, type LiveViewOptions } from './setup/live-view.js';
export { type NodeSdkHelperOptions, type NodeSdkParts, nodeSdkOptions } from './setup/node-sdk.js';
export { createOtlpReceiver, shipTelemetry } from './setup/on-demand.js';
export { createPrometheusHandler } from './setup/prometheus.js';
export { type StartedTelemetry, type StartTelemetryOptions, startTelemetry } from './setup/start-telemetry.js';
export type {
  AbortSignalLike,
  ShipOptions,
  ShipProgress,
  ShipResume,
  ShipSummary,
  UnreadableFile,
} from './ship/options.js';
export { ClickHouseStorage } from './storage/clickhouse/clickhouse-storage.js';
export type { ClickHouseRetentionOptions, ClickHouseStorageOptions } from './storage/clickhouse/options.js';
export {
  type DeletedSegments,
  FileStorage,
  type FileStorageOptions,
  type RetentionOptions,
  type RotationOptions,
  type UnreadableLines,
} from './storage/file/file-storage.js';
export { MemoryStorage, type MemoryStorageOptions } from './storage/memory/memory-storage.js';
export type { PostgresStorageOptions } from './storage/postgres/options.js';
export { PostgresStorage } from './storage/postgres/postgres-storage.js';
export type { DatabaseRetentionOptions, SqliteRetentionOptions } from './storage/sql/options.js';
export type { SqliteStorageOptions } from './storage/sqlite/options.js';
export { SqliteStorage } from './storage/sqlite/sqlite-storage.js';
