/** The tables of the exporter, all of which but that of summaries RIMP fills, in the order in which items of the same place in time are read. */
export const TABLES = [
  'logs',
  'metrics_gauge',
  'metrics_sum',
  'metrics_histogram',
  'metrics_exponential_histogram',
  'traces',
  'metrics_summary',
] as const;

/** A table, without its prefix. */
export type Table = (typeof TABLES)[number];

const MAP = 'Map(LowCardinality(String), String)';

type Columns = readonly (readonly [name: string, type: string, codec?: string])[];

const LOG_COLUMNS: Columns = [
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
const POINT_COLUMNS: Columns = [
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
const DISTRIBUTION: Columns = [
  ['Count', 'UInt64', DELTA],
  ['Sum', 'Float64'],
  ['Min', 'Float64'],
  ['Max', 'Float64'],
  ['AggregationTemporality', 'Int32'],
];

const TRACE_COLUMNS: Columns = [
  ['Timestamp', 'DateTime64(9)', 'CODEC(Delta(8), ZSTD(1))'],
  ['TraceId', 'String'],
  ['SpanId', 'String'],
  ['ParentSpanId', 'String'],
  ['TraceState', 'String'],
  ['SpanName', 'LowCardinality(String)'],
  ['SpanKind', 'LowCardinality(String)'],
  ['ServiceName', 'LowCardinality(String)'],
  ['ResourceAttributes', MAP],
  ['ScopeName', 'String'],
  ['ScopeVersion', 'String'],
  ['SpanAttributes', MAP],
  ['Duration', 'UInt64', 'CODEC(T64, ZSTD(1))'],
  ['StatusCode', 'LowCardinality(String)'],
  ['StatusMessage', 'String'],
  ['Events', `Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes ${MAP})`],
  ['Links', `Nested (TraceId String, SpanId String, TraceState String, Attributes ${MAP})`],
];

/** Columns by table, each with its type and, if it is not the usual one, its codec. */
export const COLUMNS: Readonly<Record<Table, Columns>> = {
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
  traces: TRACE_COLUMNS,
  metrics_summary: [
    ...POINT_COLUMNS.filter(([name]) => name !== 'Exemplars'),
    ['Count', 'UInt64', DELTA],
    ['Sum', 'Float64'],
    ['ValueAtQuantiles', 'Nested (Quantile Float64, Value Float64)'],
  ],
};
