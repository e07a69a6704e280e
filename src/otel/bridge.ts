import type { AnyValueMap } from '../model/any-value.js';
import { show, TelemetryError } from '../model/errors.js';
import type { RequestResult } from '../pipeline/received-request.js';
import type {
  CollectionResultLike,
  FlushableLike,
  LogRecordLike,
  MetricDataLike,
  ResourceLike,
  ScopeLike,
  SpanLike,
} from './sdk-types.js';

export type { RequestResult };

/** What all parts of ours ask of a collector. */
export interface PartPort {
  /** Whether the collector takes anything. */
  readonly isOpen: boolean;
  /** Notes an error of a part of ours. */
  report(kind: string, what: string, error?: unknown): void;
}

/** What the processors and the reader ask of a collector. */
export interface Bridge extends PartPort {
  /** Takes a log record that a processor was given; never throws. */
  onLogRecord(record: LogRecordLike): void;
  /** Takes a span that ended, if it is sampled; never throws. */
  onSpan(span: SpanLike): void;
  /** Takes what a reader collected; never throws. */
  onCollection(result: CollectionResultLike): void;
  /** Hands what is buffered to the sinks and waits for them; never rejects. */
  drain(timeoutMillis?: number): Promise<void>;
  /**
   * A processor begins or ends its work.
   *
   * @param enabled - the `enabled` of its kind: one of a subclass is asked by the SDK.
   */
  setProcessor(processor: object, alive: boolean, enabled: unknown): void;
  /** A part begins to work: what it measures is to be collected at the end of the process. */
  use(): void;
  /** Runs something once the collector is shut down, whoever did it; awaited, and what it throws is reported. */
  onEnd(run: () => unknown): void;
  /** Has something flushed whenever the collector is, its end included; returns what ends that. */
  alsoFlush(part: FlushableLike): () => void;
  /** Whether `otel.resource` of an item is the one of this collector's own, rather than of what it received. */
  isOwnResource(resource: AnyValueMap): boolean;
  /** Timers. */
  after(delayMillis: number, run: () => void): () => void;
}

/** The items of one request that a receiver hands to a collector. */
export interface IncomingRequest {
  /** Items that were added so far: one for a log record or a span, one or more for a metric's point. */
  readonly size: number;
  /** Adds a log record; throws if it can't be read. Nothing is stored yet. */
  addRecord(record: LogRecordLike): void;
  /** Adds a span; throws likewise. */
  addSpan(span: SpanLike): void;
  /** Adds a metric; throws likewise, and then nothing of it is added. */
  addMetric(data: MetricDataLike, scope: ScopeLike, resource: ResourceLike): void;
  /**
   * Stores what was added in every sink, and waits for what becomes of it; to be called once. Never rejects.
   *
   * @param timeoutMillis - after which what is not stored yet is taken back, and `retry` is true.
   */
  store(timeoutMillis: number): Promise<RequestResult>;
}

/**
 * What a receiver asks of a collector. One request is answered so:
 *
 * ```ts
 * if (!port.isOpen) …             // 503
 * if (port.isFull) …              // 429, before the body is read
 * const request = port.begin();
 * for (const record of records) request.addRecord(record);   // a throw: this record alone is rejected
 * const { refused, retry } = await request.store(10_000);
 * if (retry) …                    // 503: nothing of it waits here any longer, the sender sends it again
 * else …                          // 200; with a partial success if `refused` has an entry
 * ```
 *
 * A request that is dropped before `store` leaves nothing behind. Other requests, and what the application itself
 * collects, have no influence on the result.
 */
export interface ReceiverPort extends PartPort {
  /** Whether a queue in front of a sink has hardly any room. */
  readonly isFull: boolean;
  /** Begins a request. */
  begin(): IncomingRequest;
}

/** Under which a collector shows its bridge: registered, as the builds for both module formats may meet. */
export const BRIDGE: unique symbol = Symbol.for('rimp-telemetry.bridge.v1') as never;

/** Something that has a bridge: a `TelemetryCollector`. */
export interface Bridged {
  readonly [BRIDGE]: Bridge & ReceiverPort;
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the value is no collector. */
export function bridgeOf(collector: Bridged, who: string): Bridge & ReceiverPort {
  const bridge = (collector as Partial<Bridged> | null | undefined)?.[BRIDGE];
  if (bridge === undefined) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `${who}: expected "collector" to be a TelemetryCollector, got ${show(collector)}`,
    );
  }
  return bridge;
}
