import { POINT_TYPES } from '../../otel/point-types.js';
import type { DataPointLike, HrTime } from '../../otel/sdk-types.js';
import { DecodeError } from './decoder.js';
import { EXPONENTIAL_POINT, HISTOGRAM_POINT, NUMBER_POINT, SUMMARY_POINT } from './schema.js';

/** A point as it is sent. */
export interface PointMessage {
  readonly startTimeUnixNano?: HrTime;
  readonly timeUnixNano?: HrTime;
  readonly attributes?: object;
  readonly flags?: number;
  readonly asDouble?: number | undefined;
  readonly asInt?: number | undefined;
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

/** The kinds of points, each with how one is read, and how many items at most it becomes. */
export const KINDS = [
  { field: 'gauge', dataPointType: POINT_TYPES.gauge, message: NUMBER_POINT, items: 1, valueOf: numberOf },
  { field: 'sum', dataPointType: POINT_TYPES.sum, message: NUMBER_POINT, items: 1, valueOf: numberOf },
  {
    field: 'histogram',
    dataPointType: POINT_TYPES.histogram,
    message: HISTOGRAM_POINT,
    items: 4,
    valueOf: histogramOf,
  },
  {
    field: 'exponentialHistogram',
    dataPointType: POINT_TYPES.exponential_histogram,
    message: EXPONENTIAL_POINT,
    items: 4,
    valueOf: exponentialOf,
  },
  { field: 'summary', dataPointType: POINT_TYPES.gauge, message: SUMMARY_POINT, items: 2, valueOf: () => undefined },
] as const;

/** A point as the SDKs have it. A time of 0 is unknown, so that it is the time of receipt. */
export function pointOf(
  point: PointMessage,
  value: unknown,
  idOf: DataPointLike['idOf'],
  attributes: object = {},
): DataPointLike {
  const { timeUnixNano: time } = point;
  const isKnown = time !== undefined && (time[0] !== 0 || time[1] !== 0);
  return {
    startTime: point.startTimeUnixNano ?? [0, 0],
    endTime: isKnown ? time : undefined,
    attributes: { ...point.attributes, ...attributes },
    value,
    idOf,
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
  const buckets = bucketCounts.length === 0 ? undefined : bucketsOf(explicitBounds, bucketCounts);
  return { count, sum, min, max, buckets };
}

/** Buckets between finite bounds: the infinite ones at the ends, which some senders name, are there without a name. */
function bucketsOf(bounds: readonly number[], counts: readonly number[]): object {
  const boundaries = [...bounds];
  const merged = [...counts];
  if (boundaries.at(-1) === Number.POSITIVE_INFINITY) {
    boundaries.pop();
    const last = merged.pop() ?? 0;
    merged.push((merged.pop() ?? 0) + last);
  }
  if (boundaries[0] === Number.NEGATIVE_INFINITY) {
    boundaries.shift();
    const first = merged.shift() ?? 0;
    merged.unshift((merged.shift() ?? 0) + first);
  }
  const wrong = boundaries.find((bound, at) => !Number.isFinite(bound) || bound < (boundaries[at - 1] ?? bound));
  if (wrong !== undefined) throw new DecodeError(`a histogram's bounds: expected ascending numbers, got ${wrong}`);
  return { boundaries, counts: merged };
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
