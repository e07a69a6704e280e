export type { EventFields, MetricFields } from './build-item.js';
export { TelemetryCollector } from './collector.js';
export type { CollectorHealth } from './collector-health.js';
export type { CollectorOptions } from './collector-options.js';
export {
  ConfigError,
  type ConfigProblem,
  type StorageBackend,
  TelemetryConfig,
  type TelemetryConfigInit,
} from './config.js';
export type { FlushResult } from './deadline.js';
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
} from './model/otel-fields.js';
export { estimatePercentile } from './model/percentile.js';
export type { ItemKind, TelemetryQuery } from './model/query.js';
export type { TelemetrySink, TelemetryStorage } from './model/storage.js';
export { type NodeSdkHelperOptions, type NodeSdkParts, nodeSdkOptions } from './node-sdk.js';
export { createOtlpReceiver, shipTelemetry } from './on-demand.js';
export { openStorage, type StorageOptions } from './open-storage.js';
export type { InstrumentKind, InstrumentRule } from './otel/instrument-policy.js';
export type { SdkModules } from './otel/load-sdk.js';
export { bridgeLogsApis } from './otel/logs-apis.js';
export { RimpMetricReader, type RimpMetricReaderOptions } from './otel/metric-reader.js';
export { RimpLogRecordProcessor } from './otel/processor.js';
export type { ProviderOption, Providers } from './otel/providers.js';
export type { OtlpOptions, OtlpProtocol } from './otlp/settings.js';
export type { ShipOptions, ShipProgress, ShipSummary } from './otlp/ship/options.js';
export type { Clock } from './pipeline/clock.js';
export type { LedgerFigures } from './pipeline/ledger.js';
export type { TelemetryListener } from './pipeline/listeners.js';
export type { SinkHandle } from './pipeline/pipeline.js';
export type { LastError } from './pipeline/trouble.js';
export type { OtlpReceiver, OtlpReceiverOptions } from './server/otlp-receiver.js';
export { type StartedTelemetry, type StartTelemetryOptions, startTelemetry } from './start-telemetry.js';
export {
  FileStorage,
  type FileStorageOptions,
  type RetentionOptions,
  type Retired,
  type RotationOptions,
  type UnreadableLines,
} from './storage/file-storage.js';
export { MemoryStorage, type MemoryStorageOptions } from './storage/memory-storage.js';
export { PostgresStorage, type PostgresStorageOptions } from './storage/postgres/postgres-storage.js';
export type { DatabaseRetentionOptions } from './storage/sql/options.js';
export { SqliteStorage, type SqliteStorageOptions } from './storage/sqlite/sqlite-storage.js';
export { type TelemetryConsumer, TelemetryStream, type TelemetryStreamOptions } from './stream.js';
