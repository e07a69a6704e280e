import { holdsBytes } from '../../codec/json-line-encode.js';
import { eventOtelOf, metricOtelOf } from '../../codec/otel-check.js';
import type { AnyValueMap } from '../../model/any-value.js';
import type { TelemetryEvent } from '../../model/event.js';
import type { EventType } from '../../model/event-type.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { MetricOtel } from '../../model/otel-fields.js';
import { eventTypeOf, severityNumberOf } from '../../model/severity.js';
import { FACADE_SCOPE } from '../../otel/instruments/facade-scope.js';
import { instrumentName } from '../../otel/instruments/instrument-name.js';
import { ucumUnit } from '../../otel/instruments/units.js';
import { POINT_TYPES } from '../../otel/point-types.js';
import type {
  DataPointLike,
  HrTime,
  LogRecordLike,
  MetricDataLike,
  ResourceLike,
  ResourceMetricsLike,
  ScopeLike,
} from '../../otel/sdk-types.js';
import { attributesOf } from '../../otel/transform/event-transform.js';
import { hrFromNanos, hrFromTime } from '../../otel/transform/hr-time.js';
import { pointsOf } from '../points.js';

/** `ValueType.DOUBLE` */
const DOUBLE = 1;
/** The source of what has none. */
const UNKNOWN = 'unknown';
const NO_TIME: HrTime = [0, 0];
/** The last time of 64 bits, in the year 2554. */
const LAST: HrTime = hrFromNanos(2n ** 64n - 1n);

/** One object for equal ones, as OpenTelemetry's serialiser groups by identity. */
class Same<T extends object> {
  readonly #made = new Map<string, T>();

  /** All of them, in the order in which they were first asked for. */
  get all(): T[] {
    return [...this.#made.values()];
  }

  get(key: string, make: () => T): T {
    let made = this.#made.get(key);
    if (made === undefined) {
      made = make();
      this.#made.set(key, made);
    }
    return made;
  }
}

/**
 * The log records that events become: with their own times, ids, scopes and resources.
 *
 * @param resource - the attributes of the resource of items without one of their own.
 */
export function recordsOfEvents(events: readonly TelemetryEvent[], resource: AnyValueMap = {}): LogRecordLike[] {
  const resources = new Same<ResourceLike>();
  const scopes = new Same<ScopeLike>();
  return events.map((event) => {
    // of an event that somebody made by hand the types are not known either
    const otel = eventOtelOf(event.otel, { date: event.timestamp }) ?? {};
    const name = otel.scopeName ?? event.source;
    const hrTime = timeOf(event.timestamp, otel.timeUnixNano);
    const observed = otel.observedTimeUnixNano;
    return {
      hrTime,
      hrTimeObserved: observed === undefined ? hrTime : timeOfText(observed),
      spanContext:
        otel.traceId === undefined
          ? undefined
          : { traceId: otel.traceId, spanId: otel.spanId ?? '', traceFlags: otel.traceFlags ?? 0 },
      severityNumber: severityOf(event.eventType, otel.severityNumber),
      severityText: otel.severityText ?? event.eventType.toUpperCase(),
      body: otel.body ?? event.message,
      eventName: otel.eventName,
      // a scope of that name stands for none
      attributes: attributesOf(event, otel.scopeName === undefined && event.source !== UNKNOWN),
      droppedAttributesCount: otel.droppedAttributesCount ?? 0,
      resource: resources.get(keyOf(otel.resource), () => ({ attributes: otel.resource ?? resource })),
      instrumentationScope: scopes.get(keyOf([name, otel.scopeVersion, otel.scopeAttributes]), () => ({
        name,
        version: otel.scopeVersion,
        attributes: otel.scopeAttributes,
      })),
    };
  });
}

/** A severity number of the data model: any other one is none. */
function severityOf(eventType: EventType, given: number | undefined): number {
  return Number.isInteger(given) && eventTypeOf(given) !== undefined ? (given as number) : severityNumberOf(eventType);
}

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

/** A time as OTLP has it: 64 bits of unsigned nanoseconds, of which 0 means unknown. */
function timeOf(date: Date, timeUnixNano: string | undefined): HrTime {
  return inRange(hrFromTime(date, timeUnixNano));
}

function timeOfText(nanos: string): HrTime {
  return /^\d{1,20}$/.test(nanos) ? inRange(hrFromNanos(BigInt(nanos))) : NO_TIME;
}

function inRange(time: HrTime): HrTime {
  const [seconds, nanos] = time;
  const isBeyond = seconds > LAST[0] || (seconds === LAST[0] && nanos > LAST[1]);
  return seconds < 0 || isBeyond ? NO_TIME : time;
}

/** A text that is the same for what is equal, and for nothing else. */
function keyOf(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, holdsBytes(value) ? bytesApart : undefined);
}

function bytesApart(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { '\0bytes': Array.from(value) } : value;
}
