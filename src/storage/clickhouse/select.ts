import type { ResolvedQuery } from '../../model/query.js';
import { severityNumberOf } from '../../model/severity.js';
import { OWN } from './attributes.js';
import type { Table } from './columns.js';
import { addMap, Conditions, isBindable, wholeTokens } from './conditions.js';
import type { Parameters } from './connection.js';
import { EVENT_COLUMNS } from './event-row.js';
import { METRIC_COLUMNS, SUMMARY_PART } from './metric-columns.js';
import { indexedSeq, SEQ_INDEX } from './schema.js';
import { addSpans } from './span-conditions.js';
import { SPAN_COLUMNS } from './span-row.js';
import { addStretch, type Stretch } from './stretch.js';
import { clampMillis, nanosOf } from './times.js';

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
  'ValueAtQuantiles.Quantile',
  'ValueAtQuantiles.Value',
]);

/** What a signal's tables call the column of RIMP's own attributes and that of the time, and what distinguishes rows. */
const PLACES = {
  logs: { own: 'LogAttributes', time: 'Timestamp', tie: 'cityHash64(LogAttributes, Body, TraceId, SpanId)' },
  traces: { own: 'SpanAttributes', time: 'Timestamp', tie: 'cityHash64(SpanAttributes, SpanName, TraceId, SpanId)' },
  metrics: {
    own: 'ScopeAttributes',
    time: 'TimeUnix',
    tie: 'cityHash64(ScopeAttributes, ResourceAttributes, MetricName, Attributes)',
  },
  metrics_summary: {
    own: 'ScopeAttributes',
    time: 'TimeUnix',
    tie: `cityHash64(ScopeAttributes, ResourceAttributes, MetricName, Attributes, ${SUMMARY_PART})`,
  },
} as const;

/** What a table calls the column of RIMP's own attributes, and that of the time. */
export function columnsOfPlace(table: Table): { readonly own: string; readonly time: string; readonly tie: string } {
  return PLACES[table === 'logs' || table === 'traces' || table === 'metrics_summary' ? table : 'metrics'];
}

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
 */
export function selectOf(
  table: Table,
  name: string,
  columns: ReadonlySet<string>,
  query: ResolvedQuery,
  stretch: Stretch,
  rank: number,
  limit: number,
): Select {
  const { own, time, tie } = columnsOfPlace(table);
  const seq = `coalesce(toInt64OrNull(${own}['${OWN.seq}']), toUnixTimestamp64Nano(${time}))`;
  const conditions = new Conditions();
  addTimes(conditions, time, query, columns, table === 'logs');
  if (table === 'logs') addEvents(conditions, query, columns);
  else if (table === 'traces') addSpans(conditions, query, columns);
  else addMetrics(conditions, query, table);
  const place = { seq, tie, indexed: columns.has(SEQ_INDEX) ? indexedSeq(own) : undefined };
  const settings = addStretch(conditions, place, stretch, rank, query.descending);
  const selected = columnsOf(table).map((column) =>
    columns.has(column) || column === SUMMARY_PART ? selectedAs(column) : "''",
  );
  const order = query.descending ? 'DESC' : 'ASC';
  return {
    sql: `SELECT toString(${seq}), toString(${tie}), ${selected.join(', ')} FROM ${rowsOf(table, name)} WHERE ${conditions.sql} ORDER BY ${seq} ${order}, ${tie} ${order} LIMIT ${limit}${settings}`,
    parameters: conditions.parameters,
  };
}

/** What a table is read as: a summary's row is one for its count, one for its sum and one for each quantile. */
function rowsOf(table: Table, name: string): string {
  if (table !== 'metrics_summary') return name;
  return `(SELECT *, arrayJoin(range(2 + length(ValueAtQuantiles.Quantile))) AS ${SUMMARY_PART} FROM ${name})`;
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
  isOfLogs: boolean,
): void {
  for (const [millis, comparison, rest] of [
    [startMillis, '>=', '000000'],
    [endMillis, '<=', '999999'],
  ] as const) {
    if (!Number.isFinite(millis)) continue;
    const clamped = clampMillis(millis);
    const nanos = rest === '000000' ? nanosOf(clamped) : `${clamped === 0 ? '' : clamped}${rest}`;
    const bound = `fromUnixTimestamp64Nano(${conditions.bind(nanos, 'Int64')})`;
    conditions.add(`${column} ${comparison} ${bound}`);
    // the key of the tables before v0.151
    if (columns.has('TimestampTime'))
      conditions.add(
        `TimestampTime ${comparison} toDateTime(${conditions.bind(Math.floor(clamped / 1_000), 'Int64')})`,
      );
    // the key of later ones begins with it, and the server doesn't see that it follows
    else if (isOfLogs) conditions.add(`toStartOfFiveMinutes(${column}) ${comparison} toStartOfFiveMinutes(${bound})`);
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

function addMetrics(conditions: Conditions, { name, tags }: ResolvedQuery, table: Table): void {
  if (isBindable(name) && (table === 'metrics_gauge' || table === 'metrics_sum'))
    conditions.add(`MetricName = ${conditions.bind(name)}`);
  else if (isBindable(name)) {
    // a histogram and a summary are there under the name of the instrument
    const names = [name, name.replace(/\.(?:count|sum)$/, '')].map((one) => `MetricName = ${conditions.bind(one)}`);
    conditions.add(`(${names.join(' OR ')} OR ScopeAttributes['${OWN.name}'] = ${conditions.bind(name)})`);
  }
  const { quantile: _ofAPart, ...others } = tags ?? {};
  addMap(conditions, 'Attributes', table === 'metrics_summary' ? others : tags);
}
