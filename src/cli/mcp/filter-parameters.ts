import { fieldOf } from '../../analysis/filter/fields.js';
import { whereTest } from '../../analysis/filter/where.js';
import type { EventType } from '../../model/event-type.js';
import type { TelemetryItem } from '../../model/item.js';
import { boundedExpressions } from '../../view/api/bounded-expression.js';
import { type Filter, type FilterValues, filterOf, severityNumber } from '../filter/filter.js';
import { pair, UsageError } from '../values.js';
import type { Parameters } from './parameters.js';

const TIMES = '10m (ten minutes ago), 2 hours ago, today, or ISO 8601; without a zone it is UTC';

/** What narrows the items, by the names of its arguments. */
export const FILTERS = {
  since: { type: 'string', description: `Items of this time and later: ${TIMES}` },
  until: { type: 'string', description: 'Items of this time and earlier; the same forms' },
  type: {
    type: 'strings',
    choices: ['error', 'warning', 'info', 'debug'],
    description: 'Events of these types',
  },
  min_severity: {
    type: 'string',
    description: 'Events of this severity or above: trace, debug, info, warn, error, fatal',
  },
  kind: {
    type: 'string',
    choices: ['event', 'span', 'metric'],
    description: 'Items of this kind alone; spans are events as well',
  },
  source: { type: 'strings', description: 'Events of these sources (loggers, components); * stands for any text' },
  service: { type: 'string', description: 'Items whose resource has this service.name' },
  text: { type: 'string', description: 'Events whose message contains this text' },
  grep: { type: 'string', description: 'Items whose message, or metric name, matches this regular expression' },
  name: { type: 'strings', description: 'Metrics of these names; * stands for any text' },
  where: {
    type: 'strings',
    description:
      "Expressions on fields, metadata and tags that must all be true, such as 'duration_ms > 100' or 'http.status = 500'; a span has duration_ms; operators: = != > >= < <= ~ !~",
  },
  tag: { type: 'strings', description: 'Metrics with these tags: KEY=VALUE' },
  trace_id: { type: 'string', description: 'Events of this trace: 32 hex digits' },
} as const satisfies Parameters;

type FilterName = keyof typeof FILTERS;

/** Some of the filters. */
export function filters<N extends FilterName>(...names: readonly N[]): Pick<typeof FILTERS, N> {
  return Object.fromEntries(names.map((name) => [name, FILTERS[name]])) as Pick<typeof FILTERS, N>;
}

/**
 * The filter that arguments ask for.
 *
 * @throws UsageError, or TelemetryError of a time, that names the argument.
 */
export function filterFrom(given: Readonly<Record<string, unknown>>, now: Date): Filter {
  const text = (name: FilterName): string | undefined => given[name] as string | undefined;
  const list = (name: FilterName): readonly string[] | undefined => given[name] as readonly string[] | undefined;
  const severity = text('min_severity');
  // an agent may ask with any expression
  const expressionOf = boundedExpressions();
  const values: Record<keyof FilterValues, unknown> = {
    since: text('since'),
    until: text('until'),
    type: given.type as readonly EventType[] | undefined,
    minSeverity: severity === undefined ? undefined : severityNumber(severity, '"min_severity"'),
    kind: text('kind'),
    source: list('source'),
    text: text('text'),
    grep: text('grep'),
    ignoreCase: undefined,
    name: list('name'),
    where: list('where')?.map((one) => whereTest(one, '"where"', expressionOf)),
    tag: list('tag')?.map((one) => pair(one, '"tag"')),
    meta: undefined,
    trace: given.trace_id === undefined ? undefined : traceIdOf(given.trace_id as string),
    utc: true,
  };
  const asked = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const filter = filterOf(asked, now, (source) => expressionOf(source, '"grep"'));
  const service = text('service');
  if (service === undefined) return filter;
  const serviceOf = fieldOf('resource.service.name');
  return { ...filter, isAny: true, test: (item: TelemetryItem) => serviceOf(item) === service && filter.test(item) };
}

/** @throws UsageError if it is no trace id. */
export function traceIdOf(text: string): string {
  const id = text.trim().toLowerCase();
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new UsageError(
    `expected "trace_id" to be 32 hex digits, got "${text}": "traces" lists them, and events have theirs`,
  );
}
