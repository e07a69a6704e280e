import type { AnyValue, AnyValueMap } from './any-value.js';

/** A link from a span to another one (trace API, `Link`). */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  /** W3C trace flags of the linked span, and what OTLP keeps beside them. */
  readonly flags?: number;
  readonly attributes?: AnyValueMap;
  readonly droppedAttributesCount?: number;
}

/** Something that happened within a span (trace API, `AddEvent`). */
export interface SpanEvent {
  readonly name: string;
  /** Nanoseconds since the Unix epoch, as decimal text. */
  readonly timeUnixNano: string;
  readonly attributes?: AnyValueMap;
  readonly droppedAttributesCount?: number;
}

/**
 * What makes an event a span: the event's time is the span's start, its message the span's name, its metadata the
 * span's attributes, its source the scope; its trace id and span id are in {@link EventOtel}.
 */
export interface SpanDetail {
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  /** Span id of the parent; absent in a root span. */
  readonly parentSpanId?: string;
  /** Nanoseconds since the Unix epoch, as decimal text. */
  readonly endTimeUnixNano: string;
  /** Absent if it is unset. */
  readonly status?: { readonly code: 'ok' | 'error'; readonly message?: string };
  readonly traceState?: string;
  readonly events?: readonly SpanEvent[];
  readonly links?: readonly SpanLink[];
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
}

/** What OpenTelemetry knows of an event beyond RIMP's six fields. Every field is absent if it is unknown. */
export interface EventOtel {
  /** Trace id of the context that was active at the call: 32 lower-case hex digits. */
  readonly traceId?: string;
  /** Span id of that context: 16 lower-case hex digits. */
  readonly spanId?: string;
  /** W3C trace flags of that context. */
  readonly traceFlags?: number;
  /** Severity number 1 to 24, if it is not the one that the event type stands for. */
  readonly severityNumber?: number;
  /** Severity text, if it is not the word of the event type. */
  readonly severityText?: string;
  /** The record's event name. */
  readonly eventName?: string;
  /** Name of the instrumentation scope, if it is not the event's source. */
  readonly scopeName?: string;
  /** Version of the instrumentation scope. */
  readonly scopeVersion?: string;
  /** Attributes of the instrumentation scope. */
  readonly scopeAttributes?: AnyValueMap;
  /** Attributes of the resource: `service.*` and `process.pid`, or all of them on request. */
  readonly resource?: AnyValueMap;
  /** The record's body, if it is no text. */
  readonly body?: AnyValue;
  /** Attributes that were dropped by limits, of the SDK or of ours. */
  readonly droppedAttributesCount?: number;
  /** Nanoseconds since the Unix epoch, as decimal text, if the time is finer than a Date. */
  readonly timeUnixNano?: string;
  /** When the record was observed, in nanoseconds since the Unix epoch, as decimal text. */
  readonly observedTimeUnixNano?: string;
  /** Fields of this part that came with a value which they can't have, as they came: kept, and used for nothing. */
  readonly invalid?: AnyValueMap;
}

/** The buckets of an explicit-bucket histogram: `counts` has one entry more than `boundaries`. */
export interface HistogramBuckets {
  /** Inclusive upper bounds, ascending. */
  readonly boundaries: readonly number[];
  /** Measurements in each bucket; the last one has no upper bound. */
  readonly counts: readonly number[];
}

/** One side of an exponential histogram. */
export interface ExponentialBuckets {
  /** Index of the first bucket. */
  readonly offset: number;
  /** Measurements in each bucket, from `offset` on. */
  readonly bucketCounts: readonly number[];
}

/** The whole of a histogram point. */
export interface HistogramDetail {
  /** Number of measurements. */
  readonly count: number;
  /** Sum of all measurements. */
  readonly sum?: number;
  /** The smallest measurement. */
  readonly min?: number;
  /** The largest measurement. */
  readonly max?: number;
  /** Present in an explicit-bucket histogram. */
  readonly buckets?: HistogramBuckets;
  /** Present in an exponential histogram, with the four fields below. */
  readonly scale?: number;
  /** Measurements that are zero, or too near to it for a bucket. */
  readonly zeroCount?: number;
  /** Buckets of positive measurements. */
  readonly positive?: ExponentialBuckets;
  /** Buckets of negative measurements. */
  readonly negative?: ExponentialBuckets;
}

/** What OpenTelemetry knows of a metric beyond RIMP's six fields. Every field is absent if it is unknown. */
export interface MetricOtel {
  /** The kind of point that the metric came from. */
  readonly kind?: 'gauge' | 'sum' | 'histogram' | 'exponential_histogram';
  /** `'delta'`: since the previous point; `'cumulative'`: since the start. */
  readonly temporality?: 'delta' | 'cumulative';
  /** Whether a sum only grows. */
  readonly monotonic?: boolean;
  /** Start of the interval that the point covers, in nanoseconds since the Unix epoch, as decimal text. */
  readonly startTimeUnixNano?: string;
  /** Nanoseconds since the Unix epoch, as decimal text, if the time is finer than a Date. */
  readonly timeUnixNano?: string;
  /** The whole histogram, in the metric `name.count` only. */
  readonly histogram?: HistogramDetail;
  /** Name of the OpenTelemetry instrument, if the metric's own differs from it (`name.count`, …). */
  readonly instrument?: string;
  /** Unit of the instrument, if the metric's own differs from it (`name.count`). */
  readonly unit?: string;
  /** Description of the instrument. */
  readonly description?: string;
  /** Name of the instrumentation scope. */
  readonly scopeName?: string;
  /** Version of the instrumentation scope. */
  readonly scopeVersion?: string;
  /** Attributes of the resource: `service.*` and `process.pid`, or all of them on request. */
  readonly resource?: AnyValueMap;
  /** Fields of this part that came with a value which they can't have, as they came: kept, and used for nothing. */
  readonly invalid?: AnyValueMap;
}
