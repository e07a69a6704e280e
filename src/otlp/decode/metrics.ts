import type { DataPointLike, HrTime, MetricDataLike, ResourceLike, ScopeLike } from '../../otel/sdk-types.js';
import { DecodeError, type Decoder } from './decoder.js';
import { type Attributed, Rejected } from './logs.js';
import { EXPONENTIAL_POINT, HISTOGRAM_POINT, METRIC, METRICS_REQUEST, NUMBER_POINT, SUMMARY_POINT } from './schema.js';

/** A metric of a request, with what it belongs to. */
export interface ReceivedMetric {
  readonly resource: ResourceLike;
  readonly scope: ScopeLike;
  readonly data: MetricDataLike;
}

interface MetricsRequest {
  readonly resourceMetrics?: readonly {
    readonly resource?: Attributed;
    readonly scopeMetrics?: readonly { readonly scope?: Partial<ScopeLike>; readonly metrics?: readonly unknown[] }[];
  }[];
}

interface PointMessage {
  readonly startTimeUnixNano?: HrTime;
  readonly timeUnixNano?: HrTime;
  readonly attributes?: object;
  readonly flags?: number;
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly positive?: BucketsMessage;
  readonly negative?: BucketsMessage;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}

interface BucketsMessage {
  readonly offset?: number;
  readonly bucketCounts?: readonly number[];
}

interface PointsMessage {
  readonly dataPoints?: readonly unknown[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

interface MetricMessage {
  readonly name?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: PointsMessage;
  readonly sum?: PointsMessage;
  readonly histogram?: PointsMessage;
  readonly exponentialHistogram?: PointsMessage;
  readonly summary?: PointsMessage;
}

/** A point that was read, with its value as the SDKs have it. */
interface ReadPoint {
  readonly point: PointMessage;
  readonly value: unknown;
}

/** The points of a metric. */
interface Points extends Omit<PointsMessage, 'dataPoints'> {
  readonly points: readonly ReadPoint[];
}

/** What `dataPointType` stands for. */
const GAUGE = 2;
const SUM = 3;
/** `AGGREGATION_TEMPORALITY_DELTA` */
const DELTA = 1;
/** `DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK` */
const NO_RECORDED_VALUE = 1;

/** The kinds of points, each with how one is read. */
const KINDS = [
  { field: 'gauge', dataPointType: GAUGE, message: NUMBER_POINT, valueOf: numberOf },
  { field: 'sum', dataPointType: SUM, message: NUMBER_POINT, valueOf: numberOf },
  { field: 'histogram', dataPointType: 0, message: HISTOGRAM_POINT, valueOf: histogramOf },
  { field: 'exponentialHistogram', dataPointType: 1, message: EXPONENTIAL_POINT, valueOf: exponentialOf },
  { field: 'summary', dataPointType: GAUGE, message: SUMMARY_POINT, valueOf: () => undefined },
] as const;

/**
 * The metrics of a request, one by one.
 *
 * @throws DecodeError where the request as a whole can't be read; a metric that can't be is given as {@link Rejected}.
 */
export function* metricsOf(decoder: Decoder): Generator<ReceivedMetric | Rejected> {
  const request = decoder.request(METRICS_REQUEST) as MetricsRequest;
  for (const { resource: given, scopeMetrics = [] } of request.resourceMetrics ?? []) {
    const resource: ResourceLike = { attributes: given?.attributes ?? {} };
    for (const { scope: named, metrics = [] } of scopeMetrics) {
      const scope: ScopeLike = { ...named, name: named?.name ?? '' };
      for (const lazy of metrics) {
        try {
          yield* metricDataOf(decoder.part(METRIC, lazy), decoder, resource, scope);
        } catch (error) {
          yield new Rejected(1, error);
        }
      }
    }
  }
}

function* metricDataOf(
  message: MetricMessage,
  decoder: Decoder,
  resource: ResourceLike,
  scope: ScopeLike,
): Generator<ReceivedMetric | Rejected> {
  const { name = '' } = message;
  const kind = KINDS.find(({ field }) => message[field] !== undefined);
  const given = kind && message[kind.field];
  if (kind === undefined || given === undefined) {
    yield new Rejected(1, new DecodeError(`the metric "${name}" has no points of a kind that is known`));
    return;
  }
  const { dataPoints = [], ...common } = given;
  if (name === '') {
    yield new Rejected(Math.max(1, dataPoints.length), new DecodeError('a metric without a name'));
    return;
  }
  const points: ReadPoint[] = [];
  for (const lazy of dataPoints) {
    try {
      const point: PointMessage = decoder.part(kind.message, lazy);
      if (((point.flags ?? 0) & NO_RECORDED_VALUE) === 0) points.push({ point, value: kind.valueOf(point) });
    } catch (error) {
      yield new Rejected(1, error);
    }
  }
  const read: Points = { ...common, points };
  const all = kind.field === 'summary' ? summaryOf(message, read) : [dataOf(message, kind.dataPointType, read)];
  for (const data of all) yield { resource, scope, data };
}

function dataOf(
  { name = '', description = '', unit = '' }: MetricMessage,
  dataPointType: number,
  { points, aggregationTemporality, isMonotonic }: Points,
): MetricDataLike {
  return {
    descriptor: { name, description, unit },
    dataPointType,
    aggregationTemporality: aggregationTemporality === DELTA ? 0 : 1,
    isMonotonic: isMonotonic === true,
    dataPoints: points.map(({ point, value }) => pointOf(point, value)),
  };
}

function pointOf(point: PointMessage, value: unknown, attributes: object = {}): DataPointLike {
  return {
    startTime: point.startTimeUnixNano ?? [0, 0],
    endTime: point.timeUnixNano,
    attributes: { ...point.attributes, ...attributes },
    value,
  };
}

function numberOf({ asDouble, asInt }: PointMessage): number {
  const value = asDouble ?? asInt;
  if (value === undefined) throw new DecodeError('a point without a value');
  return value;
}

function histogramOf({ count = 0, sum, min, max, bucketCounts = [], explicitBounds = [] }: PointMessage): object {
  if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1) {
    throw new DecodeError(
      `a histogram of ${explicitBounds.length} bounds: expected ${explicitBounds.length + 1} counts, got ${bucketCounts.length}`,
    );
  }
  const buckets = bucketCounts.length === 0 ? undefined : { boundaries: explicitBounds, counts: bucketCounts };
  return { count, sum, min, max, buckets };
}

function exponentialOf({
  count = 0,
  sum,
  min,
  max,
  scale = 0,
  zeroCount = 0,
  positive,
  negative,
}: PointMessage): object {
  return { count, sum, min, max, scale, zeroCount, positive: sideOf(positive), negative: sideOf(negative) };
}

function sideOf({ offset = 0, bucketCounts = [] }: BucketsMessage = {}): object {
  return { offset, bucketCounts };
}

/** A summary as Prometheus has it: `name.count` and `name.sum`, which only grow, and gauges by quantile. */
function summaryOf(message: MetricMessage, given: Points): MetricDataLike[] {
  const { name = '' } = message;
  const part = (value: (point: PointMessage) => number): Points => ({
    aggregationTemporality: 2,
    isMonotonic: true,
    points: given.points.map(({ point }) => ({ point, value: value(point) })),
  });
  const quantiles = given.points.flatMap(({ point }) =>
    (point.quantileValues ?? []).map(({ quantile = 0, value = 0 }) =>
      pointOf(point, value, { quantile: String(quantile) }),
    ),
  );
  return [
    dataOf(
      { ...message, name: `${name}.count`, unit: '1' },
      SUM,
      part(({ count = 0 }) => count),
    ),
    dataOf(
      { ...message, name: `${name}.sum` },
      SUM,
      part(({ sum = 0 }) => sum),
    ),
    { ...dataOf(message, GAUGE, { points: [] }), dataPoints: quantiles },
  ];
}
