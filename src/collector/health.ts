import type { LedgerFigures } from '../pipeline/counters.js';
import type { LastError } from '../runtime/diagnostics.js';
import type { CollectorParts } from './parts.js';

/** The counters of a collector; see `TelemetryCollector.health()`. */
export interface CollectorHealth extends LedgerFigures {
  /** The counters of each sink, and of each exporter that was made by `startTelemetry`. */
  readonly sinks: Readonly<Record<string, LedgerFigures>>;
  /** Calls that gave no item, by reason: `invalid_metric`, `after_shutdown`, `failed`. */
  readonly rejected: Readonly<Record<string, number>>;
  /**
   * Arguments that were no use, so that something else stands in the item, by reason: `invalid_timestamp`,
   * `invalid_event_type`, `invalid_unit`, `invalid_tags`, `unknown_argument`.
   */
  readonly replaced: Readonly<Record<string, number>>;
  /** Measurements that RIMP keeps but no OpenTelemetry instrument recorded, by reason. */
  readonly notRecorded: Readonly<Record<string, number>>;
  /** Items that left the storage because of its own bound. */
  readonly evicted: number;
  /** Listeners that threw or rejected. */
  readonly listenerErrors: number;
  /** Items that no listener heard, as listeners that collect had reached the greatest depth. */
  readonly listenerDepthExceeded: number;
  /** Consumers of streams that threw or rejected. */
  readonly consumerErrors: number;
  /**
   * Full buffers that waited for the flush interval, as a storage or a consumer collects while it stores, and would keep
   * the event loop busy for ever.
   */
  readonly deferredFlushes: number;
  /** The last thing that went wrong. */
  readonly lastError: LastError | undefined;
}

/** The counters of a collector's parts, as they are now. */
export function healthOf({ counters, pipeline, bridge, storage, diagnostics }: CollectorParts): CollectorHealth {
  return {
    ...counters.whole,
    sinks: counters.sinks,
    rejected: counters.rejected.toRecord(),
    replaced: counters.replaced.toRecord(),
    notRecorded: bridge.notRecorded.toRecord(),
    evicted: storage.evicted ?? 0,
    listenerErrors: pipeline.listeners.errors,
    listenerDepthExceeded: pipeline.listeners.unheard,
    consumerErrors: counters.consumerErrors,
    deferredFlushes: pipeline.deferredFlushes,
    lastError: diagnostics.last,
  };
}
