import type { TelemetryData } from './data.js';
import type { TelemetryEvent } from './event.js';
import type { TelemetryMetric } from './metric.js';
import type { TelemetryQuery } from './query.js';

/** Something that takes batches: a storage, a stream, a live view. */
export interface TelemetrySink {
  /**
   * Takes one batch. Resolves when the batch is as safe as this sink makes it.
   *
   * A rejection is tried again later, unless the error has `permanent: true` (see `StoreFailure`).
   */
  store(data: TelemetryData): Promise<void>;
}

/** Where telemetry is kept: five methods, which is all that a storage of one's own needs. */
export interface TelemetryStorage extends TelemetrySink {
  /** Everything that the query asks for, as one {@link TelemetryData}. */
  retrieve(query?: TelemetryQuery): Promise<TelemetryData>;
  /** The same one by one, for results larger than memory. */
  scan(query?: TelemetryQuery): AsyncIterable<TelemetryEvent | TelemetryMetric>;
  /** Removes everything. */
  clear(): Promise<void>;
  /** Releases what the storage holds open. May be called more than once. */
  close(): Promise<void>;
  /**
   * Takes one batch at once, before returning; throws if it can't. Optional: if it is there, a flush hands its
   * batch over without waiting for the event loop, and so does the end of the process.
   */
  storeSync?(data: TelemetryData): void;
  /** Whether a flush is to leave {@link storeSync} alone, as it would wait for a disk; the end of the process doesn't. */
  readonly prefersAsync?: boolean;
  /**
   * Takes several batches in their order, for less than one after the other costs. Optional: what waits together is
   * handed over together. If it rejects, the batches are handed over again one by one.
   */
  storeMany?(batches: readonly TelemetryData[]): Promise<void>;
  /** What is stored to, such as `file:/var/log/telemetry.jsonl`: two storages of one location are one to a collector. */
  readonly location?: string;
  /** Items that left because of a bound of the storage's own, so far. */
  readonly evicted?: number;
}
