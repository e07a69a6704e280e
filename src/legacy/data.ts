import { TelemetryData as Data, type TelemetryDataInit } from '../model/data.js';
import type { TelemetryEvent as Event } from '../model/event.js';
import type { TelemetryMetric as Metric } from '../model/metric.js';
import type { Optional } from './config.js';

/** The keyword arguments of {@link TelemetryData}. */
export interface TelemetryDataArguments {
  /** The events; default none. */
  readonly events?: Optional<readonly Event[]>;
  /** The metrics; default none. */
  readonly metrics?: Optional<readonly Metric[]>;
}

/** Data that can be added to. */
class GrowingData extends Data {
  declare readonly events: Event[];
  declare readonly metrics: Metric[];

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if one of the two is no list. */
  constructor(fields?: TelemetryDataArguments);
  constructor(events?: Optional<readonly Event[]>, metrics?: Optional<readonly Metric[]>);
  constructor(first?: Optional<readonly Event[]> | TelemetryDataArguments, second?: Optional<readonly Metric[]>) {
    const byPosition = first === undefined || first === null || Array.isArray(first);
    const given = byPosition ? { events: first, metrics: second } : first;
    // what is no object is refused there
    super(typeof given === 'object' ? withoutNulls(given as TelemetryDataArguments) : given);
    this.events = [...this.events];
    this.metrics = [...this.metrics];
  }

  /** Adds an event. */
  add_event(event: Event): void {
    this.events.push(event);
  }

  /** Adds a metric. */
  add_metric(metric: Metric): void {
    this.metrics.push(metric);
  }

  /** Whatever made it, data are such. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(Data, value);
  }
}

function withoutNulls({ events, metrics }: TelemetryDataArguments): TelemetryDataInit {
  return { events: events ?? undefined, metrics: metrics ?? undefined };
}

/** Events and metrics together. What listeners and consumers are given can't be added to: storages have it already. */
export type TelemetryData = Data;
/** As in Python: by keyword or by position, and what is made can be added to. */
export const TelemetryData: typeof GrowingData = GrowingData;
