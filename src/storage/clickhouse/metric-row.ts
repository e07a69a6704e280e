import { decodeLine } from '../../codec/json-line-decode.js';
import { encodeMap, encodeMetric } from '../../codec/json-line-encode.js';
import { metricOtelOf } from '../../codec/otel-check.js';
import { tagsFromLine } from '../../codec/tag-types.js';
import type { TelemetryItem } from '../../model/item.js';
import { TelemetryMetric } from '../../model/metric.js';
import type { MetricOtel } from '../../model/otel-fields.js';
import { hasOwnNames, isIllFormed, mapOf, OWN, rowText, textsOf, wellFormed } from './attributes.js';
import { foreignMetric } from './foreign-metric.js';
import { type MetricRow, type MetricTable, tableOf } from './metric-columns.js';
import { numberCell, numberOf, numberText } from './numbers.js';
import { columnTime, millisOf } from './times.js';

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

/** OTLP's number of a temporality. */
function temporalityCell({ temporality }: MetricOtel): number {
  return temporality === 'delta' ? 1 : temporality === 'cumulative' ? 2 : 0;
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
