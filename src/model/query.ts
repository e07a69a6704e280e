import { show, TelemetryError } from './errors.js';
import type { TelemetryEvent } from './event.js';
import type { TelemetryMetric } from './metric.js';
import { closestName } from './spelling.js';

/** What to look for in a storage. Every field narrows the result; an empty query asks for all. */
export interface TelemetryQuery {
  /** The earliest time, inclusive, compared in milliseconds. */
  readonly startTime?: Date | undefined;
  /** The latest time, inclusive, compared in milliseconds. */
  readonly endTime?: Date | undefined;
  /** At most so many items, of both kinds together, in the order asked for; default: all. */
  readonly limit?: number | undefined;
  /** `'asc'`, the order of arrival, or `'desc'`, its reverse; default `'asc'`. */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** A query that was checked: what is absent is filled in. */
export interface ResolvedQuery {
  /** Milliseconds since the Unix epoch, inclusive; -Infinity where there is none. */
  readonly startMillis: number;
  /** Milliseconds since the Unix epoch, inclusive; Infinity where there is none. */
  readonly endMillis: number;
  /** Infinity where there is none. */
  readonly limit: number;
  readonly descending: boolean;
}

const FIELDS = ['startTime', 'endTime', 'limit', 'order'] as const;

/**
 * Checks a query.
 *
 * @param who - whom an error is to name.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` that names the field, what was expected and what came.
 */
export function resolveQuery(query: TelemetryQuery | null | undefined, who: string): ResolvedQuery {
  const wrong = (message: string): TelemetryError => new TelemetryError('RIMP_INVALID_ARGUMENT', `${who}: ${message}`);
  const given: unknown = query ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong(`expected a query object, got ${show(given)}`);
  for (const name of Object.keys(given)) {
    if ((FIELDS as readonly string[]).includes(name)) continue;
    const meant = closestName(name, FIELDS);
    throw wrong(
      `unknown field "${name}": ${meant === undefined ? `expected one of ${FIELDS.join(', ')}` : `did you mean "${meant}"?`}`,
    );
  }
  const { startTime, endTime, limit, order } = given as TelemetryQuery;
  const millisOf = (field: string, time: Date | null | undefined, otherwise: number): number => {
    if (time === undefined || time === null) return otherwise;
    if (!(time instanceof Date) || Number.isNaN(time.getTime()))
      throw wrong(`expected "${field}" to be a valid Date, got ${show(time)}`);
    return time.getTime();
  };
  const whole =
    limit === undefined ||
    limit === null ||
    limit === Number.POSITIVE_INFINITY ||
    (Number.isSafeInteger(limit) && limit >= 0);
  if (!whole) throw wrong(`expected "limit" to be a whole number from 0 on, got ${show(limit)}`);
  if (order !== undefined && order !== null && order !== 'asc' && order !== 'desc') {
    throw wrong(`expected "order" to be "asc" or "desc", got ${show(order)}`);
  }
  return {
    startMillis: millisOf('startTime', startTime, Number.NEGATIVE_INFINITY),
    endMillis: millisOf('endTime', endTime, Number.POSITIVE_INFINITY),
    limit: limit ?? Number.POSITIVE_INFINITY,
    descending: order === 'desc',
  };
}

/** Whether an item is what the query asks for; limit and order aside. */
export function matches(query: ResolvedQuery, item: TelemetryEvent | TelemetryMetric): boolean {
  const millis = item.timestamp.getTime();
  return millis >= query.startMillis && millis <= query.endMillis;
}
