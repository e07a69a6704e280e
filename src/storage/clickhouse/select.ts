import type { ResolvedQuery } from '../../model/query.js';
import { severityNumberOf } from '../../model/severity.js';
import { OWN } from './attributes.js';
import type { Table } from './columns.js';
import { addMap, Conditions, isBindable, wholeTokens } from './conditions.js';
import type { Parameters } from './connection.js';
import { EVENT_COLUMNS } from './event-row.js';
import { METRIC_COLUMNS } from './metric-row.js';
import { addSpans } from './span-conditions.js';
import { SPAN_COLUMNS } from './span-row.js';
import { clampMillis, nanosOf } from './times.js';

/** The place of a row in the order of a storage. */
export interface Position {
  /** Nanoseconds since the Unix epoch: when it arrived, or of somebody else's row its own time. */
  readonly seq: bigint;
  /** Index of its table. */
  readonly rank: number;
  /** Tells somebody else's rows of the same time apart. */
  readonly tie: bigint;
}

/** A query's text and parameters. */
export interface Select {
  readonly sql: string;
  readonly parameters: Parameters;
}

const TIMES: ReadonlySet<string> = new Set(['Timestamp', 'TimeUnix', 'StartTimeUnix']);
const NUMBERS: ReadonlySet<string> = new Set(['Value', 'Count', 'Sum', 'Min', 'Max', 'ZeroCount', 'Duration']);
const ARRAYS: ReadonlySet<string> = new Set([
  'BucketCounts',
  'ExplicitBounds',
  'PositiveBucketCounts',
  'NegativeBucketCounts',
]);

/** What a signal's tables call the column of RIMP's own attributes and that of the time, and what tells rows apart. */
const PLACES = {
  logs: { own: 'LogAttributes', time: 'Timestamp', tie: 'cityHash64(LogAttributes, Body, TraceId, SpanId)' },
  traces: { own: 'SpanAttributes', time: 'Timestamp', tie: 'cityHash64(SpanAttributes, SpanName, TraceId, SpanId)' },
  metrics: {
    own: 'ScopeAttributes',
    time: 'TimeUnix',
    tie: 'cityHash64(ScopeAttributes, ResourceAttributes, MetricName, Attributes)',
  },
} as const;

/** The columns that are filled and read of a table, in their order. */
export function columnsOf(table: Table): readonly string[] {
  if (table === 'logs') return EVENT_COLUMNS;
  return table === 'traces' ? SPAN_COLUMNS : METRIC_COLUMNS[table];
}

/**
 * Rows of a table that may match, in their order: place, tie, then {@link columnsOf}. Each is looked at once more, as one
 * meaning has to hold for all storages.
 *
 * @param name - the table's, as SQL has it.
 * @param columns - those that the table has.
 * @param after - where to go on, exclusive.
 */
export function selectOf(
  table: Table,
  name: string,
  columns: ReadonlySet<string>,
  query: ResolvedQuery,
  after: Position | undefined,
  rank: number,
  limit: number,
): Select {
  const { own, time, tie } = PLACES[table === 'logs' || table === 'traces' ? table : 'metrics'];
  const seq = `coalesce(toInt64OrNull(${own}['${OWN.seq}']), toUnixTimestamp64Nano(${time}))`;
  const conditions = new Conditions();
  addTimes(conditions, time, query, columns);
  if (table === 'logs') addEvents(conditions, query, columns);
  else if (table === 'traces') addSpans(conditions, query, columns);
  else addMetrics(conditions, query);
  if (after !== undefined) addAfter(conditions, seq, tie, after, rank, query.descending);
  const selected = columnsOf(table).map((column) => (columns.has(column) ? selectedAs(column) : "''"));
  const order = query.descending ? 'DESC' : 'ASC';
  return {
    sql: `SELECT toString(${seq}), toString(${tie}), ${selected.join(', ')} FROM ${name} WHERE ${conditions.sql} ORDER BY ${seq} ${order}, ${tie} ${order} LIMIT ${limit}`,
    parameters: conditions.parameters,
  };
}

/** A column without loss: JSON's numbers hold neither all integers nor all floats. */
function selectedAs(column: string): string {
  if (TIMES.has(column)) return `toString(toUnixTimestamp64Nano(${column}))`;
  if (NUMBERS.has(column)) return `toString(${column})`;
  if (column === 'Events.Timestamp') return `arrayMap(x -> toString(toUnixTimestamp64Nano(x)), ${column})`;
  return ARRAYS.has(column) ? `arrayMap(x -> toString(x), ${column})` : column;
}

function addTimes(
  conditions: Conditions,
  column: string,
  { startMillis, endMillis }: ResolvedQuery,
  columns: ReadonlySet<string>,
): void {
  for (const [millis, comparison, rest] of [
    [startMillis, '>=', '000000'],
    [endMillis, '<=', '999999'],
  ] as const) {
    if (!Number.isFinite(millis)) continue;
    const clamped = clampMillis(millis);
    const nanos = rest === '000000' ? nanosOf(clamped) : `${clamped === 0 ? '' : clamped}${rest}`;
    conditions.add(`${column} ${comparison} fromUnixTimestamp64Nano(${conditions.bind(nanos, 'Int64')})`);
    // the key of the tables before v0.151
    if (columns.has('TimestampTime'))
      conditions.add(
        `TimestampTime ${comparison} toDateTime(${conditions.bind(Math.floor(clamped / 1_000), 'Int64')})`,
      );
  }
}

function addEvents(conditions: Conditions, query: ResolvedQuery, columns: ReadonlySet<string>): void {
  const { eventTypes, minSeverity, source, text, traceId, metadata } = query;
  if (eventTypes !== undefined) {
    const types = [...eventTypes];
    const ranges = types.map((type) => `SeverityNumber BETWEEN ${FIRST[type]} AND ${FIRST[type] + LENGTH[type] - 1}`);
    conditions.add(`(${[...ranges, `LogAttributes['${OWN.type}'] != ''`, 'SeverityNumber = 0'].join(' OR ')})`);
  }
  if (minSeverity !== undefined)
    conditions.add(`(SeverityNumber >= ${conditions.bind(minSeverity, 'UInt8')} OR SeverityNumber = 0)`);
  if (isBindable(source)) {
    const bound = conditions.bind(source);
    const names = [`ScopeName = ${bound}`, `ServiceName = ${bound}`, `LogAttributes['${OWN.source}'] = ${bound}`];
    if (source === 'unknown') names.push("ScopeName = ''");
    conditions.add(`(${names.join(' OR ')})`);
  }
  if (isBindable(text) && text !== '') {
    // the index of tokens leaves out whole blocks of rows
    const body = columns.has('TimestampTime') ? 'Body' : 'lower(Body)';
    for (const token of wholeTokens(text))
      conditions.add(`hasToken(${body}, ${conditions.bind(body === 'Body' ? token : token.toLowerCase())})`);
    conditions.add(`position(Body, ${conditions.bind(text)}) > 0`);
  }
  if (isBindable(traceId)) conditions.add(`TraceId = ${conditions.bind(traceId)}`);
  addMap(conditions, 'LogAttributes', metadata);
}

const FIRST = {
  debug: 1,
  info: severityNumberOf('info'),
  warning: severityNumberOf('warning'),
  error: severityNumberOf('error'),
};
const LENGTH = { debug: 8, info: 4, warning: 4, error: 8 };

function addMetrics(conditions: Conditions, { name, tags }: ResolvedQuery): void {
  if (isBindable(name)) {
    const names = [name, name.replace(/\.count$/, '')].map((one) => `MetricName = ${conditions.bind(one)}`);
    conditions.add(`(${names.join(' OR ')} OR ScopeAttributes['${OWN.name}'] = ${conditions.bind(name)})`);
  }
  addMap(conditions, 'Attributes', tags);
}

function addAfter(
  conditions: Conditions,
  seq: string,
  tie: string,
  after: Position,
  rank: number,
  descending: boolean,
): void {
  const bound = conditions.bind(String(after.seq), 'Int64');
  const beyond = descending ? '<' : '>';
  if (rank === after.rank) {
    const tied = `${tie} ${beyond} ${conditions.bind(String(after.tie), 'UInt64')}`;
    conditions.add(`(${seq} ${beyond} ${bound} OR (${seq} = ${bound} AND ${tied}))`);
    return;
  }
  const isStillToCome = descending ? rank < after.rank : rank > after.rank;
  conditions.add(`${seq} ${beyond}${isStillToCome ? '=' : ''} ${bound}`);
}
