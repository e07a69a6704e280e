/**
 * The tables of the OpenTelemetry Collector's ClickHouse exporter, by names and types of columns, so that whatever reads
 * those tables reads ours. Tables that are there already are used as they are.
 */

/** The tables that RIMP fills, in the order in which items of the same place in time are read. */
export const TABLES = [
  'logs',
  'metrics_gauge',
  'metrics_sum',
  'metrics_histogram',
  'metrics_exponential_histogram',
] as const;

/** A table, without its prefix. */
export type Table = (typeof TABLES)[number];

/** What a table is made with. */
export interface TableOptions {
  readonly database: string;
  readonly prefix: string;
  readonly cluster: string | undefined;
  readonly maxAgeSeconds: number | undefined;
}

const MAP = 'Map(LowCardinality(String), String)';

const LOG_COLUMNS: readonly (readonly [name: string, type: string, codec?: string])[] = [
  ['Timestamp', 'DateTime64(9)', 'CODEC(Delta(8), ZSTD(1))'],
  ['TraceId', 'String'],
  ['SpanId', 'String'],
  ['TraceFlags', 'UInt8'],
  ['SeverityText', 'LowCardinality(String)'],
  ['SeverityNumber', 'UInt8'],
  ['ServiceName', 'LowCardinality(String)'],
  ['Body', 'String'],
  ['ResourceSchemaUrl', 'LowCardinality(String)'],
  ['ResourceAttributes', MAP],
  ['ScopeSchemaUrl', 'LowCardinality(String)'],
  ['ScopeName', 'String'],
  ['ScopeVersion', 'LowCardinality(String)'],
  ['ScopeAttributes', MAP],
  ['LogAttributes', MAP],
  ['EventName', 'String'],
];

const DELTA = 'CODEC(Delta, ZSTD(1))';
const POINT_COLUMNS: typeof LOG_COLUMNS = [
  ['ResourceAttributes', MAP],
  ['ResourceSchemaUrl', 'String'],
  ['ScopeName', 'String'],
  ['ScopeVersion', 'String'],
  ['ScopeAttributes', MAP],
  ['ScopeDroppedAttrCount', 'UInt32'],
  ['ScopeSchemaUrl', 'String'],
  ['ServiceName', 'LowCardinality(String)'],
  ['MetricName', 'String'],
  ['MetricDescription', 'String'],
  ['MetricUnit', 'String'],
  ['Attributes', MAP],
  ['StartTimeUnix', 'DateTime64(9)', DELTA],
  ['TimeUnix', 'DateTime64(9)', DELTA],
  ['Flags', 'UInt32'],
  [
    'Exemplars',
    `Nested (FilteredAttributes ${MAP}, TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String)`,
  ],
];
const DISTRIBUTION: typeof LOG_COLUMNS = [
  ['Count', 'UInt64', DELTA],
  ['Sum', 'Float64'],
  ['Min', 'Float64'],
  ['Max', 'Float64'],
  ['AggregationTemporality', 'Int32'],
];

const COLUMNS: Readonly<Record<Table, typeof LOG_COLUMNS>> = {
  logs: LOG_COLUMNS,
  metrics_gauge: [...POINT_COLUMNS, ['Value', 'Float64']],
  metrics_sum: [
    ...POINT_COLUMNS,
    ['Value', 'Float64'],
    ['AggregationTemporality', 'Int32'],
    ['IsMonotonic', 'Boolean', DELTA],
  ],
  metrics_histogram: [
    ...POINT_COLUMNS,
    ...DISTRIBUTION,
    ['BucketCounts', 'Array(UInt64)'],
    ['ExplicitBounds', 'Array(Float64)'],
  ],
  metrics_exponential_histogram: [
    ...POINT_COLUMNS,
    ...DISTRIBUTION,
    ['Scale', 'Int32'],
    ['ZeroCount', 'UInt64'],
    ['PositiveOffset', 'Int32'],
    ['PositiveBucketCounts', 'Array(UInt64)'],
    ['NegativeOffset', 'Int32'],
    ['NegativeBucketCounts', 'Array(UInt64)'],
  ],
};

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
  const { database, prefix, cluster } = options;
  const onCluster = cluster === undefined ? '' : ` ON CLUSTER ${identifier(cluster)}`;
  const made = tableName(options, table);
  const statements =
    database === 'default' ? [] : [`CREATE DATABASE IF NOT EXISTS ${identifier(database)}${onCluster}`];
  if (cluster === undefined) return [...statements, definition(made, '', 'MergeTree', options, table)];
  const local = localTable(options, table);
  const distributed = `Distributed(${[cluster, database, `${prefix}${table}_local`].map(identifier).join(', ')}, rand())`;
  return [
    ...statements,
    definition(local, onCluster, 'ReplicatedMergeTree', options, table),
    `CREATE TABLE IF NOT EXISTS ${made}${onCluster} AS ${local} ENGINE = ${distributed}`,
  ];
}

/** The statement that empties a table. */
export function truncateStatement(options: TableOptions, table: Table): string {
  const { cluster } = options;
  if (cluster === undefined) return `TRUNCATE TABLE IF EXISTS ${tableName(options, table)}`;
  return `TRUNCATE TABLE IF EXISTS ${localTable(options, table)} ON CLUSTER ${identifier(cluster)}`;
}

function localTable({ database, prefix }: TableOptions, table: Table): string {
  return `${identifier(database)}.${identifier(`${prefix}${table}_local`)}`;
}

function definition(name: string, onCluster: string, engine: string, options: TableOptions, table: Table): string {
  const isLogs = table === 'logs';
  const time = isLogs ? 'Timestamp' : 'TimeUnix';
  const maps = ['ResourceAttributes', 'ScopeAttributes', isLogs ? 'LogAttributes' : 'Attributes'];
  const parts = [
    ...COLUMNS[table].map(([column, type, codec = 'CODEC(ZSTD(1))']) => `${column} ${type} ${codec}`),
    ...maps.flatMap((map, i) => [
      `INDEX idx_map_${i}_key mapKeys(${map}) TYPE bloom_filter(0.01) GRANULARITY 1`,
      `INDEX idx_map_${i}_value mapValues(${map}) TYPE bloom_filter(0.01) GRANULARITY 1`,
    ]),
    ...(isLogs
      ? [
          'INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1',
          'INDEX idx_lower_body lower(Body) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8',
        ]
      : []),
  ];
  const order = isLogs
    ? '(toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)'
    : '(ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix))';
  const { maxAgeSeconds } = options;
  const ttl =
    maxAgeSeconds === undefined ? '' : ` TTL toDateTime(${time}) + toIntervalSecond(${Math.ceil(maxAgeSeconds)})`;
  const deduplication = engine === 'MergeTree' ? `, non_replicated_deduplication_window = ${DEDUPLICATED_BATCHES}` : '';
  return `CREATE TABLE IF NOT EXISTS ${name}${onCluster} (${parts.join(', ')}) ENGINE = ${engine} PARTITION BY toDate(${time}) ORDER BY ${order}${ttl} SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1${deduplication}`;
}
