import type { TelemetryMetric } from '../../model/metric.js';
import type { Texts } from './attributes.js';
import type { Table } from './columns.js';

/** A table of metrics. */
export type MetricTable = Exclude<Table, 'logs' | 'traces'>;

/** Which part of a summary a row is: its count, its sum, or a quantile. */
export const SUMMARY_PART = 'Part';

const COMMON = [
  'TimeUnix',
  'StartTimeUnix',
  'ResourceAttributes',
  'ScopeName',
  'ScopeVersion',
  'ScopeAttributes',
  'ServiceName',
  'MetricName',
  'MetricDescription',
  'MetricUnit',
  'Attributes',
] as const;
const DISTRIBUTION = [...COMMON, 'Count', 'Sum', 'Min', 'Max', 'AggregationTemporality'] as const;

/** The columns that a metric fills, in the order of its row. */
export const METRIC_COLUMNS = {
  metrics_gauge: [...COMMON, 'Value'],
  metrics_sum: [...COMMON, 'Value', 'AggregationTemporality', 'IsMonotonic'],
  metrics_histogram: [...DISTRIBUTION, 'BucketCounts', 'ExplicitBounds'],
  metrics_exponential_histogram: [
    ...DISTRIBUTION,
    'Scale',
    'ZeroCount',
    'PositiveOffset',
    'PositiveBucketCounts',
    'NegativeOffset',
    'NegativeBucketCounts',
  ],
  // nothing of RIMP's is in it, and it is read in parts
  metrics_summary: [...COMMON, 'Count', 'Sum', 'ValueAtQuantiles.Quantile', 'ValueAtQuantiles.Value', SUMMARY_PART],
} as const satisfies Record<MetricTable, readonly string[]>;

/** The table that a metric belongs to: the whole of a histogram is in its count alone. */
export function tableOf({ otel }: TelemetryMetric): MetricTable {
  if (otel?.kind === 'sum') return 'metrics_sum';
  if (typeof otel?.histogram !== 'object' || otel.histogram === null) return 'metrics_gauge';
  if (otel.kind === 'histogram') return 'metrics_histogram';
  return otel.kind === 'exponential_histogram' ? 'metrics_exponential_histogram' : 'metrics_gauge';
}

/** A row of metrics as it is read: numbers as text. */
export interface MetricRow {
  readonly TimeUnix: string;
  readonly StartTimeUnix: string;
  readonly ResourceAttributes: Texts;
  readonly ScopeName: string;
  readonly ScopeVersion: string;
  readonly ScopeAttributes: Texts;
  readonly MetricName: string;
  readonly MetricDescription: string;
  readonly MetricUnit: string;
  readonly Attributes: Texts;
  readonly Value?: string;
  readonly AggregationTemporality?: number;
  readonly IsMonotonic?: boolean;
  readonly Count?: string;
  readonly Sum?: string;
  readonly Min?: string;
  readonly Max?: string;
  readonly BucketCounts?: readonly string[];
  readonly ExplicitBounds?: readonly string[];
  readonly Scale?: number;
  readonly ZeroCount?: string;
  readonly PositiveOffset?: number;
  readonly PositiveBucketCounts?: readonly string[];
  readonly NegativeOffset?: number;
  readonly NegativeBucketCounts?: readonly string[];
  readonly 'ValueAtQuantiles.Quantile'?: readonly string[];
  readonly 'ValueAtQuantiles.Value'?: readonly string[];
  readonly Part?: string | number;
}
