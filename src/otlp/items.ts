import type { AnyValueMap } from '../model/any-value.js';
import type { TelemetryEvent } from '../model/event.js';
import { holdsBytes } from '../model/json-line-encode.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { MetricOtel } from '../model/otel-fields.js';
import { severityNumberOf } from '../model/severity.js';
import { attributesOf } from '../otel/event-transform.js';
import { hrFromTime } from '../otel/hr-time.js';
import { instrumentName } from '../otel/instrument-name.js';
import { FACADE_SCOPE } from '../otel/instruments.js';
import type {
  DataPointLike,
  HrTime,
  LogRecordLike,
  MetricDataLike,
  ResourceLike,
  ResourceMetricsLike,
  ScopeLike,
} from '../otel/sdk-types.js';
import { ucumUnit } from '../otel/units.js';

/** `DataPointType` of the SDKs. */
const POINT_TYPES = { histogram: 0, exponential_histogram: 1, gauge: 2, sum: 3 } as const;
/** `ValueType.DOUBLE` */
const DOUBLE = 1;
/** The source of what has none. */
const UNKNOWN = 'unknown';
const NO_TIME: HrTime = [0, 0];

/** One object for equal ones, as OpenTelemetry's serialiser groups by identity. */
class Same<T extends object> {
  readonly #made = new Map<string, T>();

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
 * @param resource - the attributes of the resource of those that tell none.
 */
export function recordsOfEvents(events: readonly TelemetryEvent[], resource: AnyValueMap = {}): LogRecordLike[] {
  const resources = new Same<ResourceLike>();
  const scopes = new Same<ScopeLike>();
  return events.map((event) => {
    const { otel = {} } = event;
    const name = otel.scopeName ?? event.source;
    const hrTime = timeOf(event.timestamp, otel.timeUnixNano);
    const observed = otel.observedTimeUnixNano;
    return {
      hrTime,
      hrTimeObserved: observed === undefined ? hrTime : hrFromNanos(observed),
      spanContext:
        otel.traceId === undefined
          ? undefined
          : { traceId: otel.traceId, spanId: otel.spanId ?? '', traceFlags: otel.traceFlags ?? 0 },
      severityNumber: otel.severityNumber ?? severityNumberOf(event.eventType),
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
 * @param resource - the attributes of the resource of those that tell none.
 */
export function pointsOfMetrics(metrics: readonly TelemetryMetric[], resource: AnyValueMap = {}): MetricsAsPoints {
  const groups = new Map<string, Group>();
  let folded = 0;
  for (const metric of metrics) {
    const { otel = {} } = metric;
    if (isPart(otel)) {
      folded += 1;
      continue;
    }
    const described = describe(metric, otel);
    const scopeName = otel.scopeName ?? FACADE_SCOPE;
    const key = keyOf([otel.resource, scopeName, otel.scopeVersion, described]);
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        data: { ...described, dataPoints: [] },
        resource: { attributes: otel.resource ?? resource },
        scope: { name: scopeName, version: otel.scopeVersion },
      };
      groups.set(key, group);
    }
    group.data.dataPoints.push({
      startTime: otel.startTimeUnixNano === undefined ? NO_TIME : hrFromNanos(otel.startTimeUnixNano),
      endTime: timeOf(metric.timestamp, otel.timeUnixNano),
      attributes: metric.tags ?? {},
      value: otel.histogram === undefined ? metric.value : histogramValue(otel.histogram),
    });
  }
  return { requests: requestsOf([...groups.values()]), folded };
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
  const byResource = new Map<string, { readonly resource: ResourceLike; readonly groups: Group[] }>();
  for (const group of groups) {
    const key = keyOf(group.resource.attributes);
    const there = byResource.get(key);
    if (there === undefined) byResource.set(key, { resource: group.resource, groups: [group] });
    else there.groups.push(group);
  }
  return Array.from(byResource.values(), ({ resource, groups: of }) => {
    const byScope = new Map<string, { readonly scope: ScopeLike; readonly metrics: MetricDataLike[] }>();
    for (const { scope, data } of of) {
      const key = keyOf([scope.name, scope.version]);
      const there = byScope.get(key);
      if (there === undefined) byScope.set(key, { scope, metrics: [data] });
      else there.metrics.push(data);
    }
    const points = of.reduce((sum, { data }) => sum + data.dataPoints.length, 0);
    return { data: { resource, scopeMetrics: [...byScope.values()] }, points };
  });
}

/** A time as OTLP has it: unsigned nanoseconds, of which 0 means unknown. */
function timeOf(date: Date, timeUnixNano: string | undefined): HrTime {
  const time = hrFromTime(date, timeUnixNano);
  return time[0] < 0 ? NO_TIME : time;
}

function hrFromNanos(text: string): HrTime {
  const nanos = /^\d+$/.test(text) ? BigInt(text) : 0n;
  return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
}

/** A text that is the same for what is equal, and for nothing else. */
function keyOf(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, holdsBytes(value) ? octetsApart : undefined);
}

function octetsApart(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { '\0octets': Array.from(value) } : value;
}
