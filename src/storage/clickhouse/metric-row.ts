import { decodeLine } from '../../codec/json-line-decode.js';
import { encodeMap, encodeMetric } from '../../codec/json-line-encode.js';
import { metricOtelOf } from '../../codec/otel-check.js';
import { tagsFromLine } from '../../codec/tag-types.js';
import type { TelemetryItem } from '../../model/item.js';
import { TelemetryMetric } from '../../model/metric.js';
import type { MetricOtel } from '../../model/otel-fields.js';
import { hasOwnNames, isIllFormed, mapOf, OWN, rowText, type Texts, textsOf, wellFormed } from './attributes.js';
import type { Table } from './columns.js';
import { columnTime, millisOf } from './times.js';

/** A table of metrics. */
export type MetricTable = Exclude<Table, 'logs' | 'traces'>;

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
} as const satisfies Record<MetricTable, readonly string[]>;

/** The table that a metric belongs to: the whole of a histogram is in its count alone. */
export function tableOf({ otel }: TelemetryMetric): MetricTable {
  if (otel?.kind === 'sum') return 'metrics_sum';
  if (typeof otel?.histogram !== 'object' || otel.histogram === null) return 'metrics_gauge';
  if (otel.kind === 'histogram') return 'metrics_histogram';
  return otel.kind === 'exponential_histogram' ? 'metrics_exponential_histogram' : 'metrics_gauge';
}

/** What a row says of its fields; a row without it is somebody else's. */
interface Shape {
  readonly has: readonly string[];
  readonly tags?: readonly string[] | undefined;
  readonly resource?: readonly string[] | undefined;
  readonly unit?: string | undefined;
}

/**
 * The row of a metric.
 *
 * @param seq - its place in the order of arrival.
 * @throws TypeError if the metric holds what JSON can't.
 */
export function metricRow(metric: TelemetryMetric, seq: string): string {
  const { otel = {} } = metric;
  const table = tableOf(metric);
  const isHistogram = table !== 'metrics_gauge' && table !== 'metrics_sum';
  const time = columnTime(metric.timestamp, otel.timeUnixNano);
  const tags = textsOf(metric.tags);
  const hasResource = typeof otel.resource === 'object' && otel.resource !== null;
  const resource = textsOf(hasResource ? otel.resource : undefined);
  const { resource: _inItsColumn, ...rest } = otel;
  const has: string[] = [];
  if (metric.unit !== undefined) has.push('unit');
  if (metric.tags !== undefined) has.push('tags');
  if (metric.otel !== undefined) has.push('otel');
  if (hasResource) has.push('resource');
  const name = isHistogram ? (otel.instrument ?? metric.name) : metric.name;
  const unit = (isHistogram ? otel.unit : undefined) ?? metric.unit ?? '';
  const own: Record<string, string> = { [OWN.id]: metric.metricId, [OWN.seq]: seq };
  const shape: Shape = {
    has,
    tags: tags.json,
    resource: resource.json,
    // the column of a histogram has the instrument's
    unit: isHistogram ? metric.unit : undefined,
  };
  own[OWN.shape] = JSON.stringify(shape);
  const json = encodeMap(hasResource ? rest : otel);
  if (json !== '{}') own[OWN.otel] = json;
  if (isHistogram) {
    own[OWN.name] = metric.name;
    own[OWN.value] = numberText(metric.value);
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const start = text(otel.startTimeUnixNano);
  const cells = [
    resource.texts,
    text(otel.scopeName),
    text(otel.scopeVersion),
    own,
    resource.texts['service.name'] ?? '',
    name,
    text(otel.description),
    unit,
    tags.texts,
    ...(isHistogram ? histogramCells(otel, table) : [numberCell(metric.value)]),
    ...(table === 'metrics_sum' ? [temporalityCell(otel), otel.monotonic === true] : []),
  ];
  const nanos = [time.nanos, /^\d{1,18}$|^[1-8]\d{18}$/.test(start) ? start : '0'];
  const build = (): string => rowText(nanos, cells);
  const row = build();
  const isIll = isIllFormed(row);
  if (!isIll && time.isExact && !hasOwnNames(tags, resource)) return row;
  own[OWN.line] = encodeMetric(metric);
  return isIll ? wellFormed(build()) : build();
}

function histogramCells({ histogram, ...otel }: MetricOtel, table: MetricTable): unknown[] {
  const { count, sum, min, max, buckets, scale, zeroCount, positive, negative } = histogram ?? { count: 0 };
  const common = [
    whole(count),
    numberCell(sum ?? 0),
    numberCell(min ?? 0),
    numberCell(max ?? 0),
    temporalityCell(otel),
  ];
  if (table === 'metrics_histogram')
    return [...common, (buckets?.counts ?? []).map(whole), (buckets?.boundaries ?? []).map(numberCell)];
  const sides = [positive, negative].flatMap((side) => [side?.offset ?? 0, (side?.bucketCounts ?? []).map(whole)]);
  return [...common, scale ?? 0, whole(zeroCount ?? 0), ...sides];
}

/** A count as its column holds it. */
function whole(count: number): number {
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}

/** Numbers that JSON has no form for as text, which the columns take. */
function numberCell(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : numberText(value);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return value > 0 ? 'inf' : '-inf';
}

/** A number of a column, as text. */
function numberOf(text: string): number {
  switch (text) {
    case 'nan':
      return Number.NaN;
    case 'inf':
      return Number.POSITIVE_INFINITY;
    case '-inf':
      return Number.NEGATIVE_INFINITY;
    default:
      return Number(text);
  }
}

/** OTLP's number of a temporality. */
function temporalityCell({ temporality }: MetricOtel): number {
  return temporality === 'delta' ? 1 : temporality === 'cumulative' ? 2 : 0;
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
}

/** The metric of a row; of somebody else's row with an id that the row gives. */
export function metricOfRow(row: MetricRow, table: MetricTable, idOfRow: () => string): TelemetryItem {
  const { ScopeAttributes: own } = row;
  const line = own[OWN.line];
  if (line !== undefined) return decodeLine(line);
  const shapeText = own[OWN.shape];
  if (shapeText === undefined) return foreignMetric(row, table, idOfRow);
  const shape = JSON.parse(shapeText) as Shape;
  const has = new Set(shape.has);
  const timestamp = new Date(millisOf(row.TimeUnix));
  const otel = JSON.parse(own[OWN.otel] ?? '{}') as Record<string, unknown>;
  if (has.has('resource')) otel.resource = mapOf(row.ResourceAttributes, shape.resource);
  return new TelemetryMetric({
    metricId: own[OWN.id],
    timestamp,
    name: own[OWN.name] ?? row.MetricName,
    value: numberOf(own[OWN.value] ?? row.Value ?? ''),
    unit: has.has('unit') ? (shape.unit ?? row.MetricUnit) : undefined,
    tags: has.has('tags') ? tagsFromLine(mapOf(row.Attributes, shape.tags), undefined) : undefined,
    otel: has.has('otel') ? metricOtelOf(otel, { date: timestamp }) : undefined,
  });
}

/** What the Collector, or anybody else, wrote. A histogram is its count, with the whole of it in `otel`. */
function foreignMetric(row: MetricRow, table: MetricTable, idOfRow: () => string): TelemetryMetric {
  const timestamp = new Date(millisOf(row.TimeUnix));
  const isHistogram = row.Count !== undefined;
  const otel: Record<string, unknown> = { kind: table.slice('metrics_'.length), timeUnixNano: row.TimeUnix };
  const set = (field: keyof MetricOtel, value: unknown, isKnown: boolean): void => {
    if (isKnown) otel[field] = value;
  };
  const { AggregationTemporality: temporality, MetricName: name, MetricUnit: unit } = row;
  set('temporality', temporality === 1 ? 'delta' : 'cumulative', temporality === 1 || temporality === 2);
  set('monotonic', row.IsMonotonic, row.IsMonotonic !== undefined);
  set('startTimeUnixNano', row.StartTimeUnix, row.StartTimeUnix !== '0');
  set('description', row.MetricDescription, row.MetricDescription !== '');
  set('scopeName', row.ScopeName, row.ScopeName !== '');
  set('scopeVersion', row.ScopeVersion, row.ScopeVersion !== '');
  const resource = mapOf(row.ResourceAttributes);
  set('resource', resource, Object.keys(resource).length > 0);
  set('histogram', isHistogram ? histogramOf(row) : undefined, isHistogram);
  set('instrument', name, isHistogram);
  set('unit', unit, isHistogram && unit !== '');
  const tags = tagsFromLine(mapOf(row.Attributes), undefined);
  return new TelemetryMetric({
    metricId: row.ScopeAttributes[OWN.id] ?? idOfRow(),
    timestamp,
    name: isHistogram ? `${name}.count` : name,
    value: numberOf(row.Value ?? row.Count ?? ''),
    unit: isHistogram ? '1' : unit || undefined,
    tags: Object.keys(tags).length === 0 ? undefined : tags,
    otel: metricOtelOf(otel, { date: timestamp }),
  });
}

function histogramOf(row: MetricRow): object {
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
  const side = (offset = 0, counts: readonly string[] = []): object => ({ offset, bucketCounts: counts.map(Number) });
  return {
    ...common,
    scale: row.Scale,
    zeroCount: Number(row.ZeroCount ?? 0),
    positive: side(row.PositiveOffset, row.PositiveBucketCounts),
    negative: side(row.NegativeOffset, row.NegativeBucketCounts),
  };
}
