import { show, TelemetryError } from './errors.js';
import type { TelemetryEvent } from './event.js';
import type { TelemetryMetric } from './metric.js';
import { closestName } from './spelling.js';

/** The fields of {@link TelemetryData}. */
export interface TelemetryDataInit {
  readonly events?: readonly TelemetryEvent[] | undefined;
  readonly metrics?: readonly TelemetryMetric[] | undefined;
  readonly cursor?: string | undefined;
}

/** Events and metrics together: what listeners, consumers and storages are given. */
export class TelemetryData {
  /** Events in the order of arrival. */
  readonly events: readonly TelemetryEvent[];
  /** Metrics in the order of arrival. */
  readonly metrics: readonly TelemetryMetric[];

  /**
   * Where a query that asked for this goes on: to be given as `after`. Absent if nothing was found yet, and in data that
   * come from no storage.
   */
  declare readonly cursor?: string;

  /**
   * @param init - events and metrics default to empty.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if one of the two is no array, or a name is misspelt.
   */
  constructor(init?: TelemetryDataInit);
  /** The same by position, as in the Python original. */
  constructor(events: readonly TelemetryEvent[], metrics?: readonly TelemetryMetric[]);
  constructor(first: TelemetryDataInit | readonly TelemetryEvent[] = {}, second?: readonly TelemetryMetric[]) {
    const init: TelemetryDataInit = Array.isArray(first) ? { events: first, metrics: second } : (first as object);
    if (typeof init !== 'object' || init === null)
      throw wrong('an object with events and metrics, or two arrays', first);
    // without a list of names, as listeners are given data for each item
    for (const name in init) if (name !== 'events' && name !== 'metrics' && name !== 'cursor') throw unknownField(name);
    this.events = listOf('events', init.events);
    this.metrics = listOf('metrics', init.metrics);
    // no part of what is listed or written as JSON
    if (init.cursor !== undefined) Object.defineProperty(this, 'cursor', { value: init.cursor });
  }

  /** The number of items of both kinds. */
  get size(): number {
    return this.events.length + this.metrics.length;
  }

  /** Whether there are neither events nor metrics. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Python's name of {@link isEmpty}, for ported code. */
  get is_empty(): boolean {
    return this.isEmpty;
  }
}

/** Gives data without a cursor one that is made when somebody asks for it: few do. */
export function withCursor(data: TelemetryData, make: () => string): TelemetryData {
  let made: string | undefined;
  const get = (): string => {
    made ??= make();
    return made;
  };
  return Object.defineProperty(data, 'cursor', { get });
}

function listOf<T>(field: string, list: readonly T[] | undefined): readonly T[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw wrong(`"${field}" to be an array`, list);
  return list;
}

function unknownField(name: string): TelemetryError {
  const meant = closestName(name, ['events', 'metrics', 'cursor']);
  const hint = meant === undefined ? 'expected one of events, metrics, cursor' : `did you mean "${meant}"?`;
  return new TelemetryError('RIMP_INVALID_ARGUMENT', `TelemetryData: unknown field "${name}": ${hint}`);
}

function wrong(expected: string, value: unknown): TelemetryError {
  return new TelemetryError('RIMP_INVALID_ARGUMENT', `TelemetryData: expected ${expected}, got ${show(value)}`);
}
