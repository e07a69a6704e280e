import { metricOtelOf } from '../../codec/otel-check.js';
import { tagsFromLine } from '../../codec/tag-types.js';
import { TelemetryMetric } from '../../model/metric.js';
import type { ExponentialBuckets, HistogramDetail, MetricOtel } from '../../model/otel-fields.js';
import { mapOf, OWN } from './attributes.js';
import type { MetricRow, MetricTable } from './metric-columns.js';
import { numberOf } from './numbers.js';
import { millisOf } from './times.js';

/** What a row says of a metric, however it is read. */
interface Reading {
  readonly name: string;
  readonly value: string;
  readonly unit: string | undefined;
  readonly otel: MetricOtel;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The metric of a row that the Collector, or anybody else, wrote. A histogram is its count, with the whole of it in `otel`;
 * a summary is, part by part, what the receiver makes of one: two sums and a gauge for each quantile.
 */
export function foreignMetric(row: MetricRow, table: MetricTable, idOfRow: () => string): TelemetryMetric {
  const timestamp = new Date(millisOf(row.TimeUnix));
  const { name, value, unit, otel: read, tags: more } = readingOf(row, table);
  const otel: Record<string, unknown> = { ...read, timeUnixNano: row.TimeUnix };
  const set = (field: keyof MetricOtel, text: string): void => {
    if (text !== '') otel[field] = text;
  };
  set('startTimeUnixNano', row.StartTimeUnix === '0' ? '' : row.StartTimeUnix);
  set('description', row.MetricDescription);
  set('scopeName', row.ScopeName);
  set('scopeVersion', row.ScopeVersion);
  const resource = mapOf(row.ResourceAttributes);
  if (Object.keys(resource).length > 0) otel.resource = resource;
  const tags = tagsFromLine({ ...mapOf(row.Attributes), ...more }, undefined);
  return new TelemetryMetric({
    metricId: row.ScopeAttributes[OWN.id] ?? idOfRow(),
    timestamp,
    name,
    value: numberOf(value),
    unit: unit || undefined,
    tags: Object.keys(tags).length === 0 ? undefined : tags,
    otel: metricOtelOf(otel, { date: timestamp }),
  });
}

function readingOf(row: MetricRow, table: MetricTable): Reading {
  const { MetricName: name, MetricUnit: unit, Count: count = '', Value: value = '' } = row;
  if (table === 'metrics_summary') return summaryOf(row);
  const kind = table.slice('metrics_'.length) as NonNullable<MetricOtel['kind']>;
  const temporality = ([undefined, 'delta', 'cumulative'] as const)[row.AggregationTemporality ?? 0];
  const otel = { kind, ...(temporality !== undefined && { temporality }) };
  if (row.Count === undefined) {
    const { IsMonotonic: monotonic } = row;
    return { name, value, unit, otel: { ...otel, ...(monotonic !== undefined && { monotonic }) } };
  }
  const whole = { histogram: histogramOf(row), instrument: name, ...(unit !== '' && { unit }) };
  return { name: `${name}.count`, value: count, unit: '1', otel: { ...otel, ...whole } };
}

function summaryOf(row: MetricRow): Reading {
  const { MetricName: name, MetricUnit: unit, Count: count = '', Sum: sum = '' } = row;
  const part = Number(row.Part ?? 0);
  const grows = { kind: 'sum', temporality: 'cumulative', monotonic: true } as const;
  if (part === 0) return { name: `${name}.count`, value: count, unit: '1', otel: grows };
  if (part === 1) return { name: `${name}.sum`, value: sum, unit, otel: grows };
  const quantile = row['ValueAtQuantiles.Quantile']?.[part - 2] ?? '';
  const value = row['ValueAtQuantiles.Value']?.[part - 2] ?? '';
  return { name, value, unit, otel: { kind: 'gauge' }, tags: { quantile } };
}

function histogramOf(row: MetricRow): HistogramDetail {
  const common = {
    count: Number(row.Count),
    sum: numberOf(row.Sum ?? '0'),
    min: numberOf(row.Min ?? '0'),
    max: numberOf(row.Max ?? '0'),
  };
  if (row.Scale === undefined) {
    const buckets = {
      boundaries: (row.ExplicitBounds ?? []).map(numberOf),
      counts: (row.BucketCounts ?? []).map(Number),
    };
    return { ...common, buckets };
  }
  const side = (offset = 0, counts: readonly string[] = []): ExponentialBuckets => ({
    offset,
    bucketCounts: counts.map(Number),
  });
  return {
    ...common,
    scale: row.Scale,
    zeroCount: Number(row.ZeroCount ?? 0),
    positive: side(row.PositiveOffset, row.PositiveBucketCounts),
    negative: side(row.NegativeOffset, row.NegativeBucketCounts),
  };
}
