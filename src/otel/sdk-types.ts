/**
 * What this library needs of OpenTelemetry's logs API and SDKs, structurally: the two generations of the SDK have
 * packages that can't be peers of one package, so that none is imported, in code or in types.
 */
import type { Attributes, Context, HrTime, MeterProvider } from '@opentelemetry/api';

export type { Attributes, Context, HrTime, MeterProvider };

/** A log record as `Logger.emit` takes it. */
export interface LogRecordToEmit {
  eventName?: string;
  timestamp?: HrTime;
  severityNumber?: number;
  severityText?: string;
  body?: string;
  attributes?: Record<string, unknown>;
  context?: Context;
}

/** A logger of either logs API. */
export interface LoggerLike {
  // a method, so that loggers whose parameter is narrower are assignable
  emit(record: LogRecordToEmit): void;
}

/** A logger provider of either logs API. */
export interface LoggerProviderLike {
  getLogger(name: string, version?: string, options?: object): unknown;
}

/** An instrumentation scope. */
export interface ScopeLike {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
  readonly attributes?: object | undefined;
}

/** A resource. */
export interface ResourceLike {
  readonly attributes: object;
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void> | undefined;
  /** The attributes of all detectors, in the order of their precedence; a value may be a promise. */
  getRawAttributes?(): readonly (readonly [key: string, value: unknown])[];
}

/** A log record as a processor of either SDK is given it. */
export interface LogRecordLike {
  readonly hrTime: HrTime;
  readonly hrTimeObserved: HrTime;
  readonly spanContext?: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number } | undefined;
  readonly severityText?: string | undefined;
  readonly severityNumber?: number | undefined;
  readonly body?: unknown;
  readonly eventName?: string | undefined;
  readonly resource: ResourceLike;
  readonly instrumentationScope: ScopeLike;
  readonly attributes: object;
  readonly droppedAttributesCount?: number | undefined;
  setAttribute?(key: string, value: unknown): unknown;
}

/** A `LogRecordProcessor` of either SDK, as far as this library calls one. */
export interface LogRecordProcessorLike {
  onEmit(record: LogRecordLike, context?: Context): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** What identifies a span, within a process or across. */
export interface SpanContextLike {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean | undefined;
  readonly traceState?: { serialize(): string } | undefined;
}

/** An event within a span. */
export interface SpanEventLike {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes?: object | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** A link of a span. */
export interface SpanLinkLike {
  readonly context: SpanContextLike;
  readonly attributes?: object | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** A `ReadableSpan` of either SDK; `kind` is the trace API's, `undefined` if it is unspecified. */
export interface SpanLike {
  readonly name: string;
  readonly kind: number | undefined;
  spanContext(): SpanContextLike;
  readonly parentSpanContext?: SpanContextLike | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: object;
  readonly events: readonly SpanEventLike[];
  readonly links: readonly SpanLinkLike[];
  readonly resource: ResourceLike;
  readonly instrumentationScope: ScopeLike;
  readonly droppedAttributesCount?: number | undefined;
  readonly droppedEventsCount?: number | undefined;
  readonly droppedLinksCount?: number | undefined;
}

/** One point of a metric. */
export interface DataPointLike {
  readonly startTime: HrTime;
  /** Absent if it is unknown. */
  readonly endTime?: HrTime | undefined;
  readonly attributes: object;
  readonly value: unknown;
  /** Of a point that was received: gives the id of a part of it, `''` for the point itself; the same at each resend. */
  readonly idOf?: ((part: string) => string) | undefined;
}

/** A metric as a reader collects it; `dataPointType` is 0 histogram, 1 exponential histogram, 2 gauge, 3 sum. */
export interface MetricDataLike {
  readonly descriptor: {
    readonly name: string;
    readonly description?: string;
    readonly unit?: string;
    readonly valueType?: number;
  };
  readonly aggregationTemporality: number;
  readonly dataPointType: number;
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly DataPointLike[];
}

/** What one scope measured. */
export interface ScopeMetricsLike {
  readonly scope: ScopeLike;
  readonly metrics: readonly MetricDataLike[];
}

/** All that a collection gave. */
export interface ResourceMetricsLike {
  readonly resource: ResourceLike;
  readonly scopeMetrics: readonly ScopeMetricsLike[];
}

/** A `CollectionResult` of either SDK. */
export interface CollectionResultLike {
  readonly resourceMetrics: ResourceMetricsLike;
  readonly errors: readonly unknown[];
}

/** A provider that can be flushed and shut down, as those of the SDKs can. */
export interface FlushableLike {
  forceFlush?(options?: { timeoutMillis?: number }): Promise<void>;
  shutdown?(options?: { timeoutMillis?: number }): Promise<void>;
}

/** An `IMetricReader` of either SDK, as far as this library passes one on. */
export interface MetricReaderLike {
  forceFlush(options?: { timeoutMillis?: number }): Promise<void>;
  shutdown(options?: { timeoutMillis?: number }): Promise<void>;
}
