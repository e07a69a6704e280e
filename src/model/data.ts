import type { TelemetryEvent } from './event.js';
import type { TelemetryMetric } from './metric.js';

/** Events and metrics together: what listeners, consumers and storages are given. */
export class TelemetryData {
  /** Events in the order of arrival. */
  readonly events: readonly TelemetryEvent[];
  /** Metrics in the order of arrival. */
  readonly metrics: readonly TelemetryMetric[];

  /**
   * Where a query that asked for this goes on: to be given as `after`. Absent where nothing was found yet, and in data
   * that come from no storage.
   */
  declare readonly cursor?: string;

  /** @param init - events and metrics default to empty. */
  constructor(
    init: {
      readonly events?: readonly TelemetryEvent[];
      readonly metrics?: readonly TelemetryMetric[];
      readonly cursor?: string | undefined;
    } = {},
  ) {
    this.events = init.events ?? [];
    this.metrics = init.metrics ?? [];
    // no part of what is listed or written as JSON
    if (init.cursor !== undefined) Object.defineProperty(this, 'cursor', { value: init.cursor });
  }

  /** The number of items of both kinds. */
  get size(): number {
    return this.events.length + this.metrics.length;
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Python's name of {@link isEmpty}, for ported code. */
  get is_empty(): boolean {
    return this.isEmpty;
  }
}
