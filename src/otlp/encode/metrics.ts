import { metricOtelOf } from '../../codec/otel-check.js';
import type { AnyValueMap } from '../../model/any-value.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { MetricOtel } from '../../model/otel-fields.js';
import { FACADE_SCOPE } from '../../otel/instruments/facade-scope.js';
import { instrumentName } from '../../otel/instruments/instrument-name.js';
import { ucumUnit } from '../../otel/instruments/units.js';
import { POINT_TYPES } from '../../otel/point-types.js';
import type {
  DataPointLike,
  MetricDataLike,
  ResourceLike,
  ResourceMetricsLike,
  ScopeLike,
} from '../../otel/sdk-types.js';
import { pointsOf } from '../points.js';
import { keyOf, Same } from './same.js';
import { NO_TIME, timeOf, timeOfText } from './times.js';

/** `ValueType.DOUBLE` */
const DOUBLE = 1;

/** What metrics become. */
export interface MetricsAsPoints {
  /** One for each resource. */
  readonly requests: readonly { readonly data: ResourceMetricsLike; readonly points: number }[];
  /** `name.sum`, `name.min` and `name.max` of histograms, which their `name.count` holds. */
  readonly folded: number;
}

interface Group {
  readonly data: MetricDataLike & { readonly dataPoints: DataPointLike[] };
  readonly resource: ResourceLike;
  readonly scope: ScopeLike;
}

/**
 * The points that metrics become: each with its own time.
 *
 * @param resource - the attributes of the resource of items without one of their own.
 */
export function pointsOfMetrics(metrics: readonly TelemetryMetric[], resource: AnyValueMap = {}): MetricsAsPoints {
  const groups = new Same<Group>();
  let folded = 0;
  for (const metric of metrics) {
    const otel = metricOtelOf(metric.otel, { date: metric.timestamp }) ?? {};
    if (isPart(otel)) {
      folded += 1;
      continue;
    }
    const described = describe(metric, otel);
    const scopeName = otel.scopeName ?? FACADE_SCOPE;
    const group = groups.get(keyOf([otel.resource, scopeName, otel.scopeVersion, described]), () => ({
      data: { ...described, dataPoints: [] },
      resource: { attributes: otel.resource ?? resource },
      scope: { name: scopeName, version: otel.scopeVersion },
    }));
    group.data.dataPoints.push({
      startTime: otel.startTimeUnixNano === undefined ? NO_TIME : timeOfText(otel.startTimeUnixNano),
      endTime: timeOf(metric.timestamp, otel.timeUnixNano),
      attributes: metric.tags ?? {},
      value: otel.histogram === undefined ? metric.value : histogramValue(otel.histogram),
    });
  }
  return { requests: requestsOf(groups.all), folded };
}

/** Whether a metric is but a part of a histogram that travels with `name.count`. */
function isPart({ kind, histogram, instrument }: MetricOtel): boolean {
  return (
    (kind === 'histogram' || kind === 'exponential_histogram') && histogram === undefined && instrument !== undefined
  );
}

function describe(metric: TelemetryMetric, otel: MetricOtel): Omit<MetricDataLike, 'dataPoints'> {
  const kind = otel.kind ?? 'gauge';
  const isFacade = otel.kind === undefined;
  const isHistogram = otel.histogram !== undefined;
  // the facade's own have the names and units that its instruments have
  const name = isFacade ? instrumentName(metric.name) : (otel.instrument ?? metric.name);
  const unit = isFacade
    ? (ucumUnit(metric.unit) ?? '')
    : isHistogram
      ? histogramUnit(metric, otel)
      : (metric.unit ?? '');
  return {
    descriptor: { name, unit, description: otel.description ?? '', valueType: DOUBLE },
    dataPointType: POINT_TYPES[kind],
    aggregationTemporality: otel.temporality === 'delta' ? 0 : 1,
    ...(kind === 'sum' && { isMonotonic: otel.monotonic === true }),
  };
}

function histogramUnit(metric: TelemetryMetric, otel: MetricOtel): string {
  return otel.unit ?? (otel.instrument === undefined ? (metric.unit ?? '') : '');
}

function histogramValue(detail: NonNullable<MetricOtel['histogram']>): object {
  if (detail.scale !== undefined) return detail;
  return { ...detail, buckets: detail.buckets ?? { boundaries: [], counts: [] } };
}

function requestsOf(groups: readonly Group[]): MetricsAsPoints['requests'] {
  const byResource = new Same<{ readonly resource: ResourceLike; readonly groups: Group[] }>();
  for (const group of groups) {
    const { resource } = group;
    byResource.get(keyOf(resource.attributes), () => ({ resource, groups: [] })).groups.push(group);
  }
  return byResource.all.map(({ resource, groups: of }) => {
    const byScope = new Same<{ readonly scope: ScopeLike; readonly metrics: MetricDataLike[] }>();
    for (const { scope, data } of of)
      byScope.get(keyOf([scope.name, scope.version]), () => ({ scope, metrics: [] })).metrics.push(data);
    const data: ResourceMetricsLike = { resource, scopeMetrics: byScope.all };
    return { data, points: pointsOf(data) };
  });
}
