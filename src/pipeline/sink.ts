import type { TelemetryData } from '../model/data.js';

/** A sink as the pipeline drives it; see `TelemetrySink`. */
export interface Sink {
  store(data: TelemetryData): Promise<void>;
  storeSync?(data: TelemetryData): void;
  readonly prefersAsync?: boolean;
  storeMany?(batches: readonly TelemetryData[]): Promise<void>;
}

/** How much the queue of one sink holds. */
export interface QueueBounds {
  readonly maxItems: number;
  /** Of the estimates of `model/item-size`. */
  readonly maxBytes: number;
}

/** Bounds of one sink's queue unless other ones are given. */
export const DEFAULT_QUEUE_BOUNDS: QueueBounds = { maxItems: 131_072, maxBytes: 64 * 1024 * 1024 };

/** Follows what happens in a queue. */
export interface QueueWatcher {
  /** The sink failed; `isHopeless` if nothing that it is given can be stored as it is set up. */
  failed(isHopeless: boolean): void;
  /** Something left the queue. */
  left(): void;
}

/** Items that are handed over together at most. */
export const MAX_GROUP_ITEMS = 10_000;

/** The same for a sink that has each item on the disk before it goes on: the event loop has its turn between. */
export const MAX_SYNCED_ITEMS = 4_000;
