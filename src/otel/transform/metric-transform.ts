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

/** The tags of a point. */
interface PointTags {
  readonly tags: Tags | undefined;
  /** An estimate of what they take, if it was made. */
  readonly bytes: number | undefined;
}

/** Takes a metric, with an estimate of what its tags take if it was made. */
type Take = (metric: TelemetryMetric, tagBytes: number | undefined) => void;

/**
 * The RIMP metrics that the points of one OpenTelemetry metric become: a gauge or a sum one each, a histogram
 * `name.count`, `name.sum` and, if known, `name.min` and `name.max`. A histogram that recorded nothing gives none. A sum or
 * an extreme that is `NaN` or infinite is a metric, but no part of `otel.histogram`, as JSON has no such numbers.
 */
export function metricsOfData(
  data: MetricDataLike,
  scope: ScopeLike,
  resource: AnyValueMap | undefined,
  nowMillis: number,
): TelemetryMetric[] {
  const metrics: TelemetryMetric[] = [];
  eachMetricOfData(data, scope, resource, nowMillis, (metric) => metrics.push(metric));
  return metrics;
}

/** The same, one by one. */
export function eachMetricOfData(
  data: MetricDataLike,
  scope: ScopeLike,
  resource: AnyValueMap | undefined,
  nowMillis: number,
  take: Take,
): void {
  const kind = kindOfPoints(data.dataPointType);
  if (kind === undefined) return;
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
  let before: DataPointLike | undefined;
  let time: PointTime | undefined;
  for (const point of data.dataPoints) {
    if (before === undefined || time === undefined || !haveSameTimes(before, point)) time = timeOfPoint(point, otel);
    before = point;
    if (isHistogram) {
      takeHistogram(take, common, point, time);
    } else if (typeof point.value === 'number') {
      const tags = pointTagsOf(point.attributes);
      take(metricOf(common, point, time, tags.tags, point.value), tags.bytes);
    }
  }
}

/** Attributes as tags: what is no text, number or boolean as text, bytes as base64. */
export function tagsOf(attributes: object): Tags | undefined {
  return pointTagsOf(attributes).tags;
}

const NO_TAGS: PointTags = { tags: undefined, bytes: undefined };

function pointTagsOf(attributes: object): PointTags {
  const flat = flatCopy(attributes);
  if (flat?.flatKeys === undefined) return { tags: slowTagsOf(attributes), bytes: undefined };
  return flat.flatKeys === 0 ? NO_TAGS : { tags: flat.value as Tags, bytes: flat.bytes };
}

function slowTagsOf(attributes: object): Tags | undefined {
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
  tags: Tags | undefined,
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
    tags,
    otel,
  });
}

function takeHistogram(take: Take, common: Common, point: DataPointLike, time: PointTime): void {
  const detail = detailOf(point.value);
  if (detail === undefined || detail.count === 0) return;
  const { tags, bytes } = pointTagsOf(point.attributes);
  // its metrics share them
  if (tags !== undefined) Object.freeze(tags);
  take(metricOf(common, point, time, tags, detail.count, 'count', detail), bytes);
  const { sum, min, max } = point.value as HistogramDetail;
  // the SDKs' unknown extremes are these
  const isKnown = min !== Number.POSITIVE_INFINITY || max !== Number.NEGATIVE_INFINITY;
  if (typeof sum === 'number') take(metricOf(common, point, time, tags, sum, 'sum'), bytes);
  if (isKnown && typeof min === 'number') take(metricOf(common, point, time, tags, min, 'min'), bytes);
  if (isKnown && typeof max === 'number') take(metricOf(common, point, time, tags, max, 'max'), bytes);
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

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
