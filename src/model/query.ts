import type { AnyValueMap } from './any-value.js';
import { show, TelemetryError } from './errors.js';
import type { EventType } from './event-type.js';
import type { Tags } from './metric.js';
import { checkNames } from './options.js';

/** The two kinds of items. */
export type ItemKind = 'event' | 'metric';

/**
 * What to look for in a storage. Every field narrows the result; an empty query asks for all. A field that only one kind
 * of items has leaves the other kind out.
 */
export interface TelemetryQuery {
  /** The earliest time, inclusive, compared in milliseconds. */
  readonly startTime?: Date | undefined;
  /** The latest time, inclusive, compared in milliseconds. */
  readonly endTime?: Date | undefined;
  /** At most so many items, of both kinds together, in the order asked for; default: all. */
  readonly limit?: number | undefined;
  /** `'asc'`, the order of arrival, or `'desc'`, its reverse; default `'asc'`. */
  readonly order?: 'asc' | 'desc' | undefined;
  /** Which kinds; default: both. */
  readonly kinds?: readonly ItemKind[] | undefined;
  /** Events of these types. */
  readonly eventTypes?: readonly EventType[] | undefined;
  /** Events of this severity or above: OpenTelemetry's severity number, 1 to 24 (logs data model, `SeverityNumber`). */
  readonly minSeverity?: number | undefined;
  /** Events of this source. */
  readonly source?: string | undefined;
  /** Events whose message contains this text, in this case. */
  readonly text?: string | undefined;
  /** Events whose metadata have all these keys with values equal to these. */
  readonly metadata?: AnyValueMap | undefined;
  /** Events of this trace: 32 hex digits. */
  readonly traceId?: string | undefined;
  /** Metrics of this name. */
  readonly name?: string | undefined;
  /** Metrics that have all these tags. */
  readonly tags?: Tags | undefined;
  /** Where to go on: the `cursor` of an earlier result of the same storage and order. */
  readonly after?: string | undefined;
}

/** Times that are asked for. */
export interface Times {
  /** Milliseconds since the Unix epoch, inclusive; -Infinity if there is none. */
  readonly startMillis: number;
  /** Milliseconds since the Unix epoch, inclusive; Infinity if there is none. */
  readonly endMillis: number;
}

/** A query that was checked: what is absent is filled in. */
export interface ResolvedQuery extends Times {
  /** Infinity if there is none. */
  readonly limit: number;
  readonly descending: boolean;
  readonly events: boolean;
  readonly metrics: boolean;
  readonly eventTypes: ReadonlySet<EventType> | undefined;
  readonly minSeverity: number | undefined;
  readonly source: string | undefined;
  readonly text: string | undefined;
  readonly metadata: AnyValueMap | undefined;
  /** In lower case. */
  readonly traceId: string | undefined;
  readonly name: string | undefined;
  readonly tags: Tags | undefined;
  readonly after: string | undefined;
}

const FIELDS = [
  'startTime',
  'endTime',
  'limit',
  'order',
  'kinds',
  'eventTypes',
  'minSeverity',
  'source',
  'text',
  'metadata',
  'traceId',
  'name',
  'tags',
  'after',
] as const satisfies readonly (keyof TelemetryQuery)[];
const KINDS: readonly unknown[] = ['event', 'metric'];
const EVENT_TYPES: readonly unknown[] = ['info', 'warning', 'error', 'debug'];

/**
 * Checks a query.
 *
 * @param who - the name that an error message begins with.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` that names the field, what was expected and what came.
 */
export function resolveQuery(query: TelemetryQuery | null | undefined, who: string): ResolvedQuery {
  const given: unknown = query ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong(who, `expected a query object, got ${show(given)}`);
  checkNames(who, 'field', given, FIELDS);
  const q = given as TelemetryQuery;
  const field = <T>(
    name: keyof TelemetryQuery,
    isRight: (value: unknown) => boolean,
    expected: string,
  ): T | undefined => {
    const value: unknown = q[name] ?? undefined;
    if (value !== undefined && !isRight(value))
      throw wrong(who, `expected "${name}" to be ${expected}, got ${show(value)}`);
    return value as T | undefined;
  };
  const isText = (value: unknown): boolean => typeof value === 'string';
  const time = (name: 'startTime' | 'endTime'): number | undefined =>
    field<Date>(name, isDate, 'a valid Date')?.getTime();
  const list = <T>(name: 'kinds' | 'eventTypes', of: readonly unknown[]): readonly T[] | undefined =>
    field(
      name,
      (value) => Array.isArray(value) && value.every((one) => of.includes(one)),
      `a list of ${of.join(', ')}`,
    );
  const eventTypes = list<EventType>('eventTypes', EVENT_TYPES);
  const minSeverity = field<number>('minSeverity', isSeverity, 'a severity number from 1 to 24');
  const source = field<string>('source', isText, 'a string');
  const text = field<string>('text', isText, 'a string');
  const metadata = field<AnyValueMap>('metadata', isMap, 'an object');
  const traceId = field<string>('traceId', isText, 'a string')?.toLowerCase();
  const name = field<string>('name', isText, 'a string');
  const tags = field<Tags>('tags', isMap, 'an object');
  const kinds = list<ItemKind>('kinds', KINDS) ?? ['event', 'metric'];
  const ofEvents = [eventTypes, minSeverity, source, text, metadata, traceId].some((value) => value !== undefined);
  const ofMetrics = name !== undefined || tags !== undefined;
  return {
    startMillis: time('startTime') ?? Number.NEGATIVE_INFINITY,
    endMillis: time('endTime') ?? Number.POSITIVE_INFINITY,
    limit: field<number>('limit', isLimit, 'a whole number from 0 on') ?? Number.POSITIVE_INFINITY,
    descending: field('order', (value) => value === 'asc' || value === 'desc', '"asc" or "desc"') === 'desc',
    events: kinds.includes('event') && !ofMetrics,
    metrics: kinds.includes('metric') && !ofEvents,
    eventTypes: eventTypes === undefined ? undefined : new Set(eventTypes),
    minSeverity,
    source,
    text,
    metadata,
    traceId,
    name,
    tags,
    after: field<string>('after', isText, 'the cursor of an earlier result'),
  };
}

/** Whether not all times are asked for. */
export function isBounded({ startMillis, endMillis }: Times): boolean {
  return startMillis > Number.NEGATIVE_INFINITY || endMillis < Number.POSITIVE_INFINITY;
}

/** The error of a cursor that a storage did not make. */
export function wrongCursor(who: string, cursor: string): TelemetryError {
  return wrong(who, `expected "after" to be the cursor of an earlier result of this storage, got ${show(cursor)}`);
}

function wrong(who: string, message: string): TelemetryError {
  return new TelemetryError('RIMP_INVALID_ARGUMENT', `${who}: ${message}`);
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function isSeverity(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 24;
}

function isLimit(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= 0);
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
