import { OWN } from './attributes.js';
import { COLUMNS, type Table } from './columns.js';

/**
 * The tables of the OpenTelemetry Collector's ClickHouse exporter, by names and types of columns, so that whatever reads
 * those tables reads ours. Tables that are there already are used as they are.
 */

/** What a table is made with. */
export interface TableOptions {
  readonly database: string;
  readonly prefix: string;
  readonly cluster: string | undefined;
  readonly maxAgeSeconds: number | undefined;
}

/** Retries of so many past batches are recognised in a table that is not replicated; a replicated one has its own number. */
const DEDUPLICATED_BATCHES = 1_000;

/** A name within SQL. */
export function identifier(name: string): string {
  return `"${name.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** A table as statements name it. */
export function tableName({ database, prefix }: TableOptions, table: Table): string {
  return `${identifier(database)}.${identifier(`${prefix}${table}`)}`;
}

/** The statements that make the database, if there is none, and a table; in a cluster also the one in front of it. */
export function createStatements(options: TableOptions, table: Table): string[] {
  const { database } = options;
  const statements =
    database === 'default' ? [] : [`CREATE DATABASE IF NOT EXISTS ${identifier(database)}${onClusterOf(options)}`];
  statements.push(
    ...madeWith(options, table, (made) => definition(made, options, table)),
    ...(table === 'traces' ? lookupStatements(options) : []),
  );
  return statements;
}

/** The statements that empty a table. */
export function truncateStatements(options: TableOptions, table: Table): string[] {
  const names = table === 'traces' ? [table, LOOKUP] : [table];
  return names.map((name) => `TRUNCATE TABLE IF EXISTS ${inner(options, name)}${onClusterOf(options)}`);
}

/** A table by itself, or on each server of a cluster with one in front of all. */
function madeWith(options: TableOptions, table: string, define: (name: string) => string): string[] {
  const { database, prefix, cluster } = options;
  const local = inner(options, table);
  if (cluster === undefined) return [define(local)];
  const distributed = `Distributed(${[cluster, database, `${prefix}${table}_local`].map(identifier).join(', ')}, rand())`;
  const front = `${identifier(database)}.${identifier(`${prefix}${table}`)}`;
  return [
    define(local),
    `CREATE TABLE IF NOT EXISTS ${front}${onClusterOf(options)} AS ${local} ENGINE = ${distributed}`,
  ];
}

function onClusterOf({ cluster }: TableOptions): string {
  return cluster === undefined ? '' : ` ON CLUSTER ${identifier(cluster)}`;
}

/** The table that holds rows, which in a cluster is that of one server. */
function inner({ database, prefix, cluster }: TableOptions, table: string): string {
  return `${identifier(database)}.${identifier(`${prefix}${table}${cluster === undefined ? '' : '_local'}`)}`;
}

/** When each trace was, by its id, which readers such as Grafana's data source ask first; filled as spans are added. */
const LOOKUP = 'traces_trace_id_ts';

function lookupStatements(options: TableOptions): string[] {
  const { cluster } = options;
  const engine = cluster === undefined ? 'AggregatingMergeTree' : 'ReplicatedAggregatingMergeTree';
  const columns = ['min', 'max'].map(
    (of) => `${of === 'min' ? 'Start' : 'End'} SimpleAggregateFunction(${of}, DateTime) CODEC(ZSTD(1))`,
  );
  const onCluster = onClusterOf(options);
  const view = inner(options, LOOKUP).replace(/(_local)?"$/, '_mv$1"');
  return [
    ...madeWith(
      options,
      LOOKUP,
      (made) =>
        `CREATE TABLE IF NOT EXISTS ${made}${onCluster} (TraceId String CODEC(ZSTD(1)), ${columns.join(', ')}) ENGINE = ${engine} PARTITION BY toStartOfWeek(Start) ORDER BY (TraceId)${ttl(options, 'Start')} SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1`,
    ),
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${view}${onCluster} TO ${inner(options, LOOKUP)} AS SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM ${inner(options, 'traces')} WHERE TraceId != '' GROUP BY TraceId`,
  ];
}

/**
 * The index of the place in the order of arrival, which others' rows have none of. Without it a reader that goes on from a
 * cursor, or wants the last items, has the server read the attributes of every row.
 */
export const SEQ_INDEX = 'idx_rimp_seq';

/** What that index knows of a row. */
export function indexedSeq(own: string): string {
  return `toInt64OrZero(${own}['${OWN.seq}'])`;
}

/** What differs between the tables of the signals. */
interface Form {
  readonly time: string;
  readonly maps: readonly string[];
  /** The column of RIMP's own attributes. */
  readonly own: string;
  readonly order: string;
  readonly indexes: readonly string[];
}

const TRACE_ID_INDEX = 'INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1';
const tokens = (name: string, column: string): string =>
  `INDEX ${name} lower(${column}) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8`;
const LOGS: Form = {
  time: 'Timestamp',
  maps: ['ResourceAttributes', 'ScopeAttributes', 'LogAttributes'],
  own: 'LogAttributes',
  order: '(toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)',
  indexes: [TRACE_ID_INDEX, tokens('idx_lower_body', 'Body')],
};
const TRACES: Form = {
  time: 'Timestamp',
  maps: ['ResourceAttributes', 'SpanAttributes'],
  own: 'SpanAttributes',
  order: '(ServiceName, SpanName, toDateTime(Timestamp), Timestamp)',
  indexes: [
    TRACE_ID_INDEX,
    'INDEX idx_duration Duration TYPE minmax GRANULARITY 1',
    tokens('idx_lower_span_name', 'SpanName'),
  ],
};
const METRICS: Form = {
  time: 'TimeUnix',
  maps: ['ResourceAttributes', 'ScopeAttributes', 'Attributes'],
  own: 'ScopeAttributes',
  order: '(ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix))',
  indexes: [],
};

function definition(name: string, options: TableOptions, table: Table): string {
  const engine = options.cluster === undefined ? 'MergeTree' : 'ReplicatedMergeTree';
  const { time, maps, own, order, indexes } = table === 'logs' ? LOGS : table === 'traces' ? TRACES : METRICS;
  const parts = [
    ...COLUMNS[table].map(([column, type, codec = 'CODEC(ZSTD(1))']) => `${column} ${type} ${codec}`),
    ...maps.flatMap((map, i) => [
      `INDEX idx_map_${i}_key mapKeys(${map}) TYPE bloom_filter(0.01) GRANULARITY 1`,
      `INDEX idx_map_${i}_value mapValues(${map}) TYPE bloom_filter(0.01) GRANULARITY 1`,
    ]),
    ...indexes,
    ...(table === 'metrics_summary' ? [] : [`INDEX ${SEQ_INDEX} ${indexedSeq(own)} TYPE minmax GRANULARITY 1`]),
  ];
  const deduplication = engine === 'MergeTree' ? `, non_replicated_deduplication_window = ${DEDUPLICATED_BATCHES}` : '';
  return `CREATE TABLE IF NOT EXISTS ${name}${onClusterOf(options)} (${parts.join(', ')}) ENGINE = ${engine} PARTITION BY toDate(${time}) ORDER BY ${order}${ttl(options, time)} SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1${deduplication}`;
}

function ttl({ maxAgeSeconds }: TableOptions, time: string): string {
  return maxAgeSeconds === undefined ? '' : ` TTL toDateTime(${time}) + toIntervalSecond(${Math.ceil(maxAgeSeconds)})`;
}
