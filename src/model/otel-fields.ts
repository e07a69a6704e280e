import type { AnyValue, AnyValueMap } from './any-value.js';

/** A link from a span to another one (trace API, `Link`). */
export interface SpanLink {
  /** 32 lower-case hex digits; empty if the link came without a valid one. */
  readonly traceId: string;
  /** 16 lower-case hex digits; empty if the link came without a valid one. */
  readonly spanId: string;
  /** W3C trace state of the linked span. */
  readonly traceState?: string;
  /** W3C trace flags of the linked span in the bits 0 to 7, and bit 9 (512) if it is of another process. */
  readonly flags?: number;
  /** Attributes of the link. */
  readonly attributes?: AnyValueMap;
  /** Attributes that were dropped by limits. */
  readonly droppedAttributesCount?: number;
}

/** Something that happened within a span (trace API, `AddEvent`). */
export interface SpanEvent {
  /** What happened, such as `exception`. */
  readonly name: string;
  /** Nanoseconds since the Unix epoch, as decimal text. */
  readonly timeUnixNano: string;
  /** Attributes of the event. */
  readonly attributes?: AnyValueMap;
  /** Attributes that were dropped by limits. */
  readonly droppedAttributesCount?: number;
}

/**
 * What makes an event a span: the event's time is the span's start, its message the span's name, its metadata the
 * span's attributes, its source the scope; its trace id and span id are in {@link EventOtel}.
 */
export interface SpanDetail {
  /** The span's role between services (trace API, `SpanKind`). */
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  /** Span id of the parent; absent in a root span. */
  readonly parentSpanId?: string;
  /** Whether the parent is of another process; absent if it is not, or that is unknown. */
  readonly parentIsRemote?: boolean;
  /** Nanoseconds since the Unix epoch, as decimal text; `'0'` if the end is unknown. */
  readonly endTimeUnixNano: string;
  /** Absent if it is unset. */
  readonly status?: {
    /** Whether it succeeded. */
    readonly code: 'ok' | 'error';
    /** What went wrong. */
    readonly message?: string;
  };
  /** W3C trace state of the span. */
  readonly traceState?: string;
  /** What happened within the span. */
  readonly events?: readonly SpanEvent[];
  /** Other spans that it is related to. */
  readonly links?: readonly SpanLink[];
  /** Events that were dropped by limits. */
  readonly droppedEventsCount?: number;
  /** Links that were dropped by limits. */
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
  /** What makes the event a span; absent if it is none. */
  readonly span?: SpanDetail;
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
