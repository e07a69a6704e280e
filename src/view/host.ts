import type { TelemetryCollector } from '../collector/collector.js';
import { followItems } from '../collector/follow-items.js';
import type { CollectorHealth } from '../collector/health.js';
import { INTERNALS } from '../collector/internals.js';
import { show, TelemetryError } from '../model/errors.js';
import type { TelemetryItem } from '../model/item.js';
import type { TelemetryStorage } from '../model/storage.js';
import { bridgeOf } from '../otel/bridge.js';
import { type Clock, elapsed } from '../runtime/clock.js';

const FLUSH_MILLIS = 500;

/** What a live view shows: a collector, or a source that is only read. */
export interface ViewHost {
  readonly clock: Clock;
  /** Where history is read from. */
  readonly storage: TelemetryStorage;
  /** Calls `take` with each item as it comes, which must be quick; returns what ends that. */
  subscribe(take: (item: TelemetryItem) => void): () => void;
  /** The counters, if there are any. */
  health?(): Pick<CollectorHealth, 'accepted' | 'delivered' | 'queued' | 'dropped' | 'sinks'>;
  /** Hands what is buffered to the storage, so that it can be read. */
  flush?(): void;
  report(kind: string, what: string, error?: unknown): void;
  /** Has something run when there is nothing more to show. */
  onEnd(run: () => void): void;
}

/** A collector as the host of a view. */
export function collectorHost(collector: TelemetryCollector, who: string): ViewHost {
  const internals = (collector as Partial<TelemetryCollector> | null | undefined)?.[INTERNALS];
  if (internals === undefined) {
    const message = `${who}: expected a TelemetryCollector, got ${show(collector)}`;
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', message);
  }
  return {
    clock: internals.clock,
    storage: collector.storage,
    subscribe: (take) => followItems(collector, 'live-view', take),
    health: () => collector.health(),
    flush: seldom(internals.clock, () => collector.flush()),
    report: (kind, what, error) => internals.report(kind, what, error),
    onEnd: (run) => bridgeOf(collector, who).onEnd(run),
  };
}

/** Requests may come often: batches are not to become small by them. */
function seldom(clock: Clock, run: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = elapsed(clock);
    if (now - last < FLUSH_MILLIS) return;
    last = now;
    run();
  };
}
