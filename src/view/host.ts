import type { TelemetryCollector } from '../collector/collector.js';
import { followItems } from '../collector/follow-items.js';
import type { CollectorHealth } from '../collector/health.js';
import { INTERNALS } from '../collector/internals.js';
import { show, TelemetryError } from '../model/errors.js';
import type { TelemetryItem } from '../model/item.js';
import type { TelemetryStorage } from '../model/storage.js';
import { bridgeOf } from '../otel/bridge.js';
import type { Clock } from '../runtime/clock.js';

/** How long a storage that does not answer is waited for. */
const FLUSH_MILLIS = 2_000;

/** What a live view shows: a collector, or a source that is only read. */
export interface ViewHost {
  readonly clock: Clock;
  /** Where history is read from. */
  readonly storage: TelemetryStorage;
  /** Calls `take` with each item as it comes, which must be quick; returns what ends that. */
  subscribe(take: (item: TelemetryItem) => void): () => void;
  /** Whether an item is of this process itself; if absent, none is. */
  isOwn?(item: TelemetryItem): boolean;
  /** The counters, if there are any. */
  health?(): Pick<CollectorHealth, 'accepted' | 'delivered' | 'queued' | 'dropped' | 'sinks'>;
  /** Has what is buffered stored, so that it can be read; never rejects. */
  flush?(): Promise<void>;
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
  const bridge = bridgeOf(collector, who);
  return {
    clock: internals.clock,
    storage: collector.storage,
    subscribe: (take) => followItems(collector, 'live-view', take),
    isOwn: ({ otel }) => otel?.resource !== undefined && bridge.isOwnResource(otel.resource),
    health: () => collector.health(),
    flush: () => bridge.drain(FLUSH_MILLIS),
    report: (kind, what, error) => internals.report(kind, what, error),
    onEnd: (run) => bridge.onEnd(run),
  };
}
