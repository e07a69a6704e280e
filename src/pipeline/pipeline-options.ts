import type { Clock } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';

/** Settings of a pipeline. */
export interface PipelineOptions {
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** Items of both kinds that fill the buffer. */
  readonly bufferSize: number;
  /** Whether each kind of items fills the buffer for itself; default: both together. */
  readonly countsEachKind?: boolean | undefined;
  /** The longest that an item waits in the buffer, in milliseconds. */
  readonly flushIntervalMillis: number;
  /** Whether listeners are called. */
  readonly realtime: boolean;
  /** Items that the queue of one sink holds; default 131,072. */
  readonly maxQueueSize?: number | undefined;
  /** Bytes of memory that the queue of one sink holds, by an estimate; default 64 MiB. */
  readonly maxQueueBytes?: number | undefined;
  /** Called when something comes into an empty buffer. */
  readonly onFirst?: (() => void) | undefined;
  /** Called when nothing waits any more, in the buffer or in front of a sink. */
  readonly onIdle?: (() => void) | undefined;
  /**
   * Calls back once all is known that belongs to the items taken so far, after a bounded time; false if it is known. The
   * flushes that the buffer's size and the interval begin wait for it.
   */
  readonly whenSettled?: ((run: () => void) => boolean) | undefined;
  /** Runs what calls sinks: outside the request that happens to fill the buffer. */
  readonly runDetached?: ((run: () => void) => void) | undefined;
  /** Gives a number that changes as soon as the event loop has had its turn. */
  readonly turn?: (() => number) | undefined;
}
