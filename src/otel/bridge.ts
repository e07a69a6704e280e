import { show, TelemetryError } from '../model/errors.js';
import type { CollectionResultLike, LogRecordLike, MetricDataLike, ResourceLike, ScopeLike } from './sdk-types.js';

/** What the processor and the reader ask of a collector. */
export interface Bridge {
  /** Takes a log record that a processor was given; never throws. */
  onLogRecord(record: LogRecordLike): void;
  /** Takes what a reader collected; never throws. */
  onCollection(result: CollectionResultLike): void;
  /** Takes a log record that was received from elsewhere; throws where it can't be read. */
  receiveRecord(record: LogRecordLike): void;
  /** Takes a metric that was received from elsewhere; throws likewise. */
  receiveMetric(data: MetricDataLike, scope: ScopeLike, resource: ResourceLike): void;
  /** Items that sinks have lost so far. */
  readonly lost: number;
  /** Hands on what was taken; resolves to false where more is lost than before, a sink fails, or the time is over. */
  settle(lostBefore: number, timeoutMillis: number): Promise<boolean>;
  /** How full the fullest queue in front of a sink is: 0 to 1. */
  readonly fill: number;
  /** Whether records are of any use. */
  readonly isOpen: boolean;
  /** Hands what is buffered to the sinks and waits for them; never rejects. */
  drain(timeoutMillis?: number): Promise<void>;
  /** A processor begins or ends its work. */
  setProcessor(processor: object, alive: boolean): void;
  /** A part begins to work: what it measures is to be collected at the end of the process. */
  use(): void;
  /** Runs something once the collector is shut down, whoever did it; awaited, and what it throws is reported. */
  onEnd(run: () => unknown): void;
  /** Notes an error of a part of ours. */
  report(kind: string, what: string, error?: unknown): void;
  /** Timers. */
  after(delayMillis: number, run: () => void): () => void;
}

/** Under which a collector shows its bridge: registered, as the builds for both module formats may meet. */
export const BRIDGE: unique symbol = Symbol.for('rimp-telemetry.bridge.v1') as never;

/** Something that has a bridge: a `TelemetryCollector`. */
export interface Bridged {
  readonly [BRIDGE]: Bridge;
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` where the value is no collector. */
export function bridgeOf(collector: Bridged, who: string): Bridge {
  const bridge = (collector as Partial<Bridged> | null | undefined)?.[BRIDGE];
  if (bridge === undefined) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `${who}: expected "collector" to be a TelemetryCollector, got ${show(collector)}`,
    );
  }
  return bridge;
}
