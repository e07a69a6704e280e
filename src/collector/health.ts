import type { LedgerFigures } from '../pipeline/counters.js';
import type { LastError } from '../runtime/diagnostics.js';

/** The books of a collector; see `TelemetryCollector.health()`. */
export interface CollectorHealth extends LedgerFigures {
  /** The books of each sink, and of each exporter that was made by `startTelemetry`. */
  readonly sinks: Readonly<Record<string, LedgerFigures>>;
  /** Calls that gave no item, by reason: `invalid_metric`, `after_shutdown`. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Measurements that RIMP keeps but no OpenTelemetry instrument recorded, by reason. */
  readonly notSent: Readonly<Record<string, number>>;
  /** Items that left the storage because of its own bound. */
  readonly evicted: number;
  /** Listeners that threw or rejected. */
  readonly listenerErrors: number;
  /** Items that no listener heard, as listeners that collect were nested too deep. */
  readonly listenersUnheard: number;
  /** Consumers of streams that threw or rejected. */
  readonly consumerErrors: number;
  /** The last thing that went wrong. */
  readonly lastError: LastError | undefined;
}
