import type { DataPointLike, HrTime, MetricDataLike, ResourceLike, ScopeLike } from '../../otel/sdk-types.js';
import { DecodeError, type Decoder } from './decoder.js';
import { type Attributed, Rejected } from './logs.js';
import { METRIC, METRICS_REQUEST } from './schema.js';

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
  readonly dataPoints?: readonly PointMessage[];
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

/** What `dataPointType` stands for. */
const HISTOGRAM = 0;
const EXPONENTIAL_HISTOGRAM = 1;
const GAUGE = 2;
const SUM = 3;
/** `AGGREGATION_TEMPORALITY_DELTA` */
const DELTA = 1;
/** `DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK` */
const NO_RECORDED_VALUE = 1;

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
          const message: MetricMessage = decoder.part(METRIC, lazy);
          for (const data of metricDataOf(message)) yield { resource, scope, data };
        } catch (error) {
          yield new Rejected(1, error);
        }
      }
    }
  }
}

function metricDataOf(message: MetricMessage): MetricDataLike[] {
  const { name = '', gauge, sum, histogram, exponentialHistogram, summary } = message;
  if (name === '') throw new DecodeError('a metric without a name');
  if (gauge !== undefined) return [dataOf(message, GAUGE, gauge, numberOf)];
  if (sum !== undefined) return [dataOf(message, SUM, sum, numberOf)];
  if (histogram !== undefined) return [dataOf(message, HISTOGRAM, histogram, histogramOf)];
  if (exponentialHistogram !== undefined)
    return [dataOf(message, EXPONENTIAL_HISTOGRAM, exponentialHistogram, exponentialOf)];
  if (summary !== undefined) return summaryOf(message, summary);
  throw new DecodeError(`the metric ${name} has points of no kind that is known`);
}

function dataOf(
  { name = '', description = '', unit = '' }: MetricMessage,
  dataPointType: number,
  points: PointsMessage,
  valueOf: (point: PointMessage) => unknown,
): MetricDataLike {
  const recorded = (points.dataPoints ?? []).filter(({ flags = 0 }) => (flags & NO_RECORDED_VALUE) === 0);
  return {
    descriptor: { name, description, unit },
    dataPointType,
    aggregationTemporality: points.aggregationTemporality === DELTA ? 0 : 1,
    isMonotonic: points.isMonotonic === true,
    dataPoints: recorded.map((point) => pointOf(point, valueOf(point))),
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
function summaryOf(message: MetricMessage, points: PointsMessage): MetricDataLike[] {
  const { name = '' } = message;
  const cumulative: PointsMessage = { ...points, isMonotonic: true };
  const quantiles = (points.dataPoints ?? []).flatMap((point) =>
    (point.quantileValues ?? []).map(({ quantile = 0, value = 0 }) =>
      pointOf(point, value, { quantile: String(quantile) }),
    ),
  );
  return [
    dataOf({ ...message, name: `${name}.count`, unit: '1' }, SUM, cumulative, ({ count = 0 }) => count),
    dataOf({ ...message, name: `${name}.sum` }, SUM, cumulative, ({ sum = 0 }) => sum),
    { ...dataOf(message, GAUGE, {}, numberOf), dataPoints: quantiles },
  ];
}
