import type { EventType } from '../../../model/event-type.js';
import type { FilterParameters } from '../../api-types.js';

/** The filter of the page: the parameters of the API, without those that are empty. */
export type Filter = FilterParameters;

/** Names of a filter's fields that hold one text each. */
export type TextField = Exclude<keyof Filter, 'where'>;

export const TEXT_FIELDS: readonly TextField[] = [
  'startTime',
  'endTime',
  'eventTypes',
  'minSeverity',
  'source',
  'service',
  'text',
  'traceId',
  'name',
  'pattern',
  'spans',
];

export const EVENT_TYPES: readonly EventType[] = ['debug', 'info', 'warning', 'error'];

/** The filter that a query string holds; what is no filter's is left to others. */
export function filterFrom(parameters: URLSearchParams): Filter {
  const found: { -readonly [K in keyof Filter]: Filter[K] } = {};
  for (const field of TEXT_FIELDS) {
    const value = parameters.get(field);
    if (value !== null && value !== '') found[field] = value;
  }
  const where = parameters.getAll('where').filter((text) => text.trim() !== '');
  if (where.length > 0) found.where = where;
  return found;
}

/** Parameters of a query string, in a fixed order, so that the same filter makes the same URL. */
export function parametersOf(filter: Filter): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const field of TEXT_FIELDS) {
    const value = filter[field];
    if (value !== undefined && value !== '') parameters.set(field, value);
  }
  for (const text of whereOf(filter)) parameters.append('where', text);
  return parameters;
}

/** What of a filter changes; a field of `undefined` or `''` leaves it. */
export type FilterChange = { readonly [K in keyof Filter]?: Filter[K] | undefined };

export function changed(filter: Filter, change: FilterChange): Filter {
  const { where, ...texts } = { ...filter, ...change };
  const parameters = new URLSearchParams(
    Object.entries(texts).filter((entry): entry is [string, string] => !!entry[1]),
  );
  for (const text of typeof where === 'string' ? [where] : (where ?? [])) parameters.append('where', text);
  return filterFrom(parameters);
}

/** The expressions of a filter on metadata. */
export function whereOf({ where }: Filter): readonly string[] {
  return typeof where === 'string' ? [where] : (where ?? []);
}

/** The event types that a filter lets through. */
export function typesOf({ eventTypes }: Filter): ReadonlySet<EventType> {
  const words = eventTypes?.split(',') ?? [];
  const wanted = EVENT_TYPES.filter((type) => words.includes(type));
  return new Set(wanted.length > 0 ? wanted : EVENT_TYPES);
}

/** A filter with one event type switched; all of them are the same as none named. */
export function withTypeSwitched(filter: Filter, type: EventType): Filter {
  const types = new Set(typesOf(filter));
  if (!types.delete(type)) types.add(type);
  const all = types.size === EVENT_TYPES.length || types.size === 0;
  return changed(filter, { eventTypes: all ? undefined : EVENT_TYPES.filter((each) => types.has(each)).join(',') });
}

const OWN_FIELDS =
  /^(?:time|kind|type|severity|source|message|name|value|unit|id|trace_id|span_id|(?:meta|metadata|tags|resource)\..*)$/;

/**
 * An expression that a key of metadata, or of the resource, has a value, as `where` reads it; `undefined` if it can't be
 * written: an expression's name ends at a space or an operator.
 */
export function whereEquals(
  place: 'metadata' | 'resource',
  path: string,
  value: string | number | boolean,
): string | undefined {
  if (!/^[^\s=!<>~]+$/.test(path)) return undefined;
  const field = place === 'resource' ? `resource.${path}` : OWN_FIELDS.test(path) ? `meta.${path}` : path;
  return `${field} = ${typeof value === 'string' ? `"${value}"` : String(value)}`;
}

/** How many conditions a filter has; spans or none is a way to look, and no condition. */
export function conditionsIn(filter: Filter): number {
  return (
    TEXT_FIELDS.filter((field) => field !== 'spans' && filter[field] !== undefined).length + whereOf(filter).length
  );
}
