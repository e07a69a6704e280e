import { flatCopy } from '../../codec/flat-copy.js';
import { setOwn, wellFormed } from '../../codec/normalise.js';
import { tagValue } from '../../codec/tag-value.js';
import type { AnyValueMap } from '../../model/any-value.js';
import { newId } from '../../model/id.js';
import { type Tags, type TagValue, TelemetryMetric } from '../../model/metric.js';
import type { ExponentialBuckets, HistogramDetail, MetricOtel } from '../../model/otel-fields.js';
import { FACADE_SCOPE } from '../instruments/facade-scope.js';
import { kindOfPoints } from '../point-types.js';
import type { DataPointLike, MetricDataLike, ScopeLike } from '../sdk-types.js';
import { haveSameTimes, type PointTime, timeOfPoint } from './point-times.js';

/** What all points of a metric have in common. */
interface Common {
  readonly name: string;
  readonly unit: string | undefined;
  readonly nowMillis: number;
}

/**
 * The RIMP metrics that the points of one OpenTelemetry metric become: a gauge or a sum one each, a histogram
 * `name.count`, `name.sum` and, if known, `name.min` and `name.max`. A histogram that recorded nothing gives none.
 */
export function metricsOfData(
  data: MetricDataLike,
  scope: ScopeLike,
  resource: AnyValueMap | undefined,
  nowMillis: number,
): TelemetryMetric[] {
  const kind = kindOfPoints(data.dataPointType);
  if (kind === undefined) return [];
  const { name, unit, description } = data.descriptor;
  // what a facade measured has no kind and no scope of its own
  const isFacade = scope.name === FACADE_SCOPE && kind === 'gauge';
  const otel: { -readonly [K in keyof MetricOtel]: MetricOtel[K] } = isFacade ? {} : { kind };
  if (kind !== 'gauge') otel.temporality = data.aggregationTemporality === 0 ? 'delta' : 'cumulative';
  if (kind === 'sum') otel.monotonic = data.isMonotonic === true;
  if (description) otel.description = wellFormed(description);
  if (!isFacade) otel.scopeName = scope.name;
  if (scope.version) otel.scopeVersion = scope.version;
  if (resource !== undefined) otel.resource = resource;
  const common: Common = { name: wellFormed(name), unit: unit ? wellFormed(unit) : undefined, nowMillis };
  const isHistogram = kind === 'histogram' || kind === 'exponential_histogram';
  const metrics: TelemetryMetric[] = [];
  let before: DataPointLike | undefined;
  let time: PointTime | undefined;
  for (const point of data.dataPoints) {
    if (before === undefined || time === undefined || !haveSameTimes(before, point)) time = timeOfPoint(point, otel);
    before = point;
    if (isHistogram) addHistogram(metrics, common, point, time);
    else if (typeof point.value === 'number') metrics.push(metricOf(common, point, time, point.value));
  }
  return metrics;
}

/** Attributes as tags: what is no text, number or boolean as text, bytes as base64. */
export function tagsOf(attributes: object): Tags | undefined {
  const flat = flatCopy(attributes);
  if (flat?.flatKeys !== undefined) return flat.flatKeys === 0 ? undefined : (flat.value as Tags);
  const tags: Record<string, TagValue> = {};
  let any = false;
  for (const key of Object.keys(attributes)) {
    const value = tagValue((attributes as Record<string, unknown>)[key]);
    if (value === undefined) continue;
    setOwn(tags, wellFormed(key), value);
    any = true;
  }
  return any ? tags : undefined;
}

function metricOf(
  common: Common,
  point: DataPointLike,
  time: PointTime,
  value: number,
  part?: string,
  histogram?: HistogramDetail,
): TelemetryMetric {
  let { otel } = time;
  if (part !== undefined) {
    const own: { -readonly [K in keyof MetricOtel]: MetricOtel[K] } = Object.assign({}, otel);
    if (histogram !== undefined) own.histogram = histogram;
    own.instrument = common.name;
    if (part === 'count' && common.unit !== undefined && common.unit !== '1') own.unit = common.unit;
    otel = own;
  }
  return new TelemetryMetric({
    metricId: point.idOf?.(part ?? '') ?? newId(common.nowMillis),
    timestamp: new Date(time.millis ?? common.nowMillis),
    name: part === undefined ? common.name : `${common.name}.${part}`,
    value,
    // a count counts, whatever unit the recorded values have
    unit: part === 'count' ? '1' : common.unit,
    tags: tagsOf(point.attributes),
    otel,
  });
}

function addHistogram(metrics: TelemetryMetric[], common: Common, point: DataPointLike, time: PointTime): void {
  const detail = detailOf(point.value);
  if (detail === undefined || detail.count === 0) return;
  metrics.push(metricOf(common, point, time, detail.count, 'count', detail));
  if (detail.sum !== undefined) metrics.push(metricOf(common, point, time, detail.sum, 'sum'));
  if (detail.min !== undefined) metrics.push(metricOf(common, point, time, detail.min, 'min'));
  if (detail.max !== undefined) metrics.push(metricOf(common, point, time, detail.max, 'max'));
}

function detailOf(value: unknown): HistogramDetail | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const given = value as HistogramDetail;
  if (typeof given.count !== 'number') return undefined;
  const detail: { -readonly [K in keyof HistogramDetail]: HistogramDetail[K] } = { count: given.count };
  if (isNumber(given.sum)) detail.sum = given.sum;
  if (isNumber(given.min)) detail.min = given.min;
  if (isNumber(given.max)) detail.max = given.max;
  if (given.buckets) {
    detail.buckets = { boundaries: [...given.buckets.boundaries], counts: [...given.buckets.counts] };
  }
  if (isNumber(given.scale)) {
    detail.scale = given.scale;
    detail.zeroCount = given.zeroCount ?? 0;
    detail.positive = side(given.positive);
    detail.negative = side(given.negative);
  }
  return detail;
}

function side(buckets: ExponentialBuckets | undefined): ExponentialBuckets {
  return { offset: buckets?.offset ?? 0, bucketCounts: [...(buckets?.bucketCounts ?? [])] };
}

// the SDKs' empty histograms have ±Infinity as their extremes
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
