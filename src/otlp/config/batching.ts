import { type Env, firstRight, millis, type WarnOf, wholeNumber } from './environment.js';
import type { OtlpOptions } from './settings.js';

/** How log records are put together for export (OpenTelemetry specification, "Batch LogRecord Processor"). */
export interface Batching {
  /** Records that may wait; default 131,072. */
  readonly maxQueueSize: number;
  /** Records of one batch; default 512. Unless it was asked for, batches that wait may be exported together. */
  readonly maxExportBatchSize: number;
  /** The longest that a record waits for others; `undefined`: nobody said. */
  readonly scheduledDelayMillis: number | undefined;
  /** The longest that one export may take; default 30,000. */
  readonly exportTimeoutMillis: number;
  /** Whether `maxExportBatchSize` was asked for. */
  readonly isBatchSizeGiven: boolean;
}

const DEFAULT_MAX_QUEUE_SIZE = 131_072;
const DEFAULT_BATCH_SIZE = 512;
const DEFAULT_EXPORT_TIMEOUT_MILLIS = 30_000;

/** What options and `OTEL_BLRP_*` say. */
export function batchingOf(options: OtlpOptions, env: Env, warn: WarnOf): Batching {
  const read = (name: string, reading: ReturnType<typeof millis>): number | undefined =>
    firstRight(env, [`OTEL_BLRP_${name}`], reading, warn);
  const maxQueueSize = options.maxQueueSize ?? read('MAX_QUEUE_SIZE', wholeNumber(1)) ?? DEFAULT_MAX_QUEUE_SIZE;
  const batchSize = read('MAX_EXPORT_BATCH_SIZE', wholeNumber(1));
  return {
    maxQueueSize,
    maxExportBatchSize: Math.min(batchSize ?? DEFAULT_BATCH_SIZE, Math.max(1, Math.floor(maxQueueSize))),
    scheduledDelayMillis: read('SCHEDULE_DELAY', millis(0)),
    exportTimeoutMillis: read('EXPORT_TIMEOUT', millis(1)) ?? DEFAULT_EXPORT_TIMEOUT_MILLIS,
    isBatchSizeGiven: batchSize !== undefined,
  };
}
