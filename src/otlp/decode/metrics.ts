import type { Digest } from '../../codec/digest-id.js';
import { POINT_TYPES } from '../../otel/point-types.js';
import type { DataPointLike, MetricDataLike, ResourceLike, ScopeLike } from '../../otel/sdk-types.js';
import { DecodeError, type Decoder } from './decoder.js';
import { type Attributed, Rejected } from './parts.js';
import { KINDS, type PointMessage, pointOf } from './points.js';
import { metricDigest, type PointId, RecordIds, sharedDigest } from './record-id.js';
import { METRIC, METRICS_REQUEST } from './schema.js';
import { SharedBytes, weightOf } from './shared-bytes.js';

/** A metric of a request or some of its points, with what it belongs to. */
export interface ReceivedMetric {
  readonly resource: ResourceLike;
  readonly scope: ScopeLike;
  readonly data: MetricDataLike;
  /** Points of the request that it stands for: of a summary's several metrics the first one has them. */
  readonly points: number;
}

interface MetricsRequest {
  readonly resourceMetrics?: readonly {
    readonly resource?: Attributed;
    readonly scopeMetrics?: readonly { readonly scope?: Partial<ScopeLike>; readonly metrics?: readonly unknown[] }[];
  }[];
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
  readonly gauge?: PointsMessage | undefined;
  readonly sum?: PointsMessage | undefined;
  readonly histogram?: PointsMessage | undefined;
  readonly exponentialHistogram?: PointsMessage | undefined;
  readonly summary?: PointsMessage | undefined;
}

type Kind = (typeof KINDS)[number];

/** What all points of a metric have in common. */
interface Common {
  readonly metric: MetricMessage;
  readonly kind: Kind;
  readonly given: PointsMessage;
  readonly resource: ResourceLike;
  readonly scope: ScopeLike;
  readonly shared: SharedBytes;
  readonly ids: RecordIds;
  /** The digest of what its points share. */
  readonly digest: () => Digest;
  /** Bytes that each item is kept with. */
  readonly weight: number;
}

/** A point, and what gives its ids. */
interface IdentifiedPoint {
  readonly point: PointMessage;
  readonly idOf: PointId | undefined;
}

/** `AGGREGATION_TEMPORALITY_DELTA` and `_CUMULATIVE` */
const DELTA = 1;
const CUMULATIVE = 2;
/** `DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK` */
const NO_RECORDED_VALUE = 1;
/** Points that are handed on at a time: others have their turn between. */
const GROUP = 64;

/**
 * The metrics of a request, one by one, those with many points in groups; `undefined` if others may have their turn.
 *
 * @throws DecodeError if the request as a whole can't be read; a metric or point that can't be is given as {@link Rejected}.
 */
export function* metricsOf(decoder: Decoder): Generator<ReceivedMetric | Rejected | undefined> {
  const request = (yield* decoder.request(METRICS_REQUEST)) as MetricsRequest;
  const shared = new SharedBytes(decoder.size);
  const ids = new RecordIds();
  for (const { resource: given, scopeMetrics = [] } of request.resourceMetrics ?? []) {
    const resource: ResourceLike = { attributes: given?.attributes ?? {} };
    const weight = weightOf(resource.attributes);
    yield;
    for (const { scope: named, metrics = [] } of scopeMetrics) {
      const scope: ScopeLike = { ...named, name: named?.name ?? '' };
      const digest = once(() => sharedDigest(resource.attributes, scope));
      const common = { resource, scope, shared, ids, digest, weight: weight + weightOf(scope) };
      for (const lazy of metrics) {
        try {
          yield* pointsOf(decoder.part(METRIC, lazy), decoder, common);
        } catch (error) {
          yield new Rejected(1, error);
        }
      }
    }
  }
}

function* pointsOf(
  metric: MetricMessage,
  decoder: Decoder,
  above: Omit<Common, 'metric' | 'kind' | 'given'>,
): Generator<ReceivedMetric | Rejected> {
  const { name = '', description = '', unit = '' } = metric;
  const kind = KINDS.find(({ field }) => metric[field] !== undefined);
  const given = kind && metric[kind.field];
  if (kind === undefined || given === undefined) {
    yield new Rejected(1, new DecodeError(`the metric "${name}" has no points of a kind that is known`));
    return;
  }
  const { dataPoints = [] } = given;
  if (name === '') {
    yield new Rejected(Math.max(1, dataPoints.length), new DecodeError('a metric without a name'));
    return;
  }
  const weight = above.weight + name.length + description.length + unit.length;
  const { aggregationTemporality, isMonotonic } = given;
  const digest = once(() =>
    metricDigest(above.digest(), name, unit, kind.field, aggregationTemporality, isMonotonic === true),
  );
  const common: Common = { ...above, digest, metric, kind, given, weight };
  try {
    common.shared.add(dataPoints.length * kind.items, weight);
  } catch (error) {
    yield new Rejected(dataPoints.length, error);
    return;
  }
  for (let from = 0; from < dataPoints.length; from += GROUP) {
    yield* groupOf(dataPoints.slice(from, from + GROUP), decoder, common);
  }
}

function* groupOf(
  dataPoints: readonly unknown[],
  decoder: Decoder,
  common: Common,
): Generator<ReceivedMetric | Rejected> {
  const { kind, shared, weight, ids, digest } = common;
  const points: IdentifiedPoint[] = [];
  const read: DataPointLike[] = [];
  for (const lazy of dataPoints) {
    try {
      const point: PointMessage = decoder.part(kind.message, lazy);
      if (((point.flags ?? 0) & NO_RECORDED_VALUE) !== 0) continue;
      const quantiles = point.quantileValues?.length ?? 0;
      if (quantiles > 0) shared.add(quantiles, weight + weightOf(point.attributes));
      const value = kind.valueOf(point);
      const idOf = ids.ofPoint(point.timeUnixNano ?? [0, 0], () => decoder.source(lazy), digest);
      read.push(pointOf(point, value, idOf));
      points.push({ point, idOf });
    } catch (error) {
      yield new Rejected(1, error);
    }
  }
  if (points.length === 0) return;
  if (kind.field === 'summary') yield* summariesOf(points, common);
  else yield receivedOf(common, {}, read, points.length);
}

function receivedOf(
  { metric, kind, given, resource, scope }: Common,
  changed: { readonly name?: string; readonly unit?: string; readonly sum?: true },
  dataPoints: readonly DataPointLike[],
  points: number,
): ReceivedMetric {
  const { name = '', description = '', unit = '' } = metric;
  const isSum = changed.sum === true;
  return {
    resource,
    scope,
    data: {
      descriptor: { name: changed.name ?? name, description, unit: changed.unit ?? unit },
      dataPointType: isSum ? POINT_TYPES.sum : kind.dataPointType,
      aggregationTemporality: (isSum ? CUMULATIVE : given.aggregationTemporality) === DELTA ? 0 : 1,
      isMonotonic: isSum || given.isMonotonic === true,
      dataPoints,
    },
    points,
  };
}

/** Summaries as Prometheus has them: `name.count` and `name.sum`, which only grow, and gauges by quantile. */
function* summariesOf(points: readonly IdentifiedPoint[], common: Common): Generator<ReceivedMetric> {
  const { name = '' } = common.metric;
  const count = points.map(({ point, idOf }) => pointOf(point, point.count ?? 0, partOf(idOf, 'count')));
  const sum = points.map(({ point, idOf }) => pointOf(point, point.sum ?? 0, partOf(idOf, 'sum')));
  yield receivedOf(common, { name: `${name}.count`, unit: '1', sum: true }, count, points.length);
  yield receivedOf(common, { name: `${name}.sum`, sum: true }, sum, 0);
  for (const { point, idOf } of points) {
    const { quantileValues = [] } = point;
    for (let from = 0; from < quantileValues.length; from += GROUP) {
      const group = quantileValues.slice(from, from + GROUP);
      const gauges = group.map(({ quantile = 0, value = 0 }, i) =>
        pointOf(point, value, partOf(idOf, `quantile ${from + i}`), { quantile: String(quantile) }),
      );
      yield receivedOf(common, {}, gauges, 0);
    }
  }
}

/** The ids of a point that is made of a part of another one. */
function partOf(idOf: PointId | undefined, part: string): PointId | undefined {
  return idOf && ((inner) => idOf(`${part} ${inner}`));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
