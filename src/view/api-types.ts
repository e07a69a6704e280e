import type { AnyValueMap } from '../model/any-value.js';
import type { EventType } from '../model/event-type.js';
import type { Tags } from '../model/metric.js';
import type { EventOtel, MetricOtel } from '../model/otel-fields.js';

export type { Chart, ChartLine, MetricName, MetricNames } from './api-chart-types.js';
export type { CountLine, MetricStats, Stats } from './api-stats-types.js';

/** What the live view's server and its page say to each other: types alone, so that the page can import them. */

/** An event as a line of the file format. */
export interface EventLine {
  readonly type: 'event';
  readonly data: {
    readonly event_id: string;
    /** ISO 8601 in UTC. */
    readonly timestamp: string;
    readonly event_type: EventType;
    readonly source: string;
    readonly message: string;
    readonly metadata: AnyValueMap | null;
  };
  readonly otel?: EventOtel;
}

/** A metric as a line of the file format. */
export interface MetricLine {
  readonly type: 'metric';
  readonly data: {
    readonly metric_id: string;
    /** ISO 8601 in UTC. */
    readonly timestamp: string;
    readonly name: string;
    /** A text if it is no finite number, which JSON can't hold: `'NaN'`, `'Infinity'`, `'-Infinity'`. */
    readonly value: number | string;
    readonly unit: string | null;
    readonly tags: Tags | null;
  };
  readonly otel?: MetricOtel;
}

export type ItemLine = EventLine | MetricLine;

/**
 * The filter that every endpoint takes, as parameters of the query string and as the state of the page in its URL.
 * Those of a `TelemetryQuery` keep its names; lists are separated by commas, times are ISO 8601 or expressions such as
 * `10m` (ten minutes ago).
 */
export interface FilterParameters {
  readonly startTime?: string;
  readonly endTime?: string;
  /** Event types, separated by commas. */
  readonly eventTypes?: string;
  /** A severity number, 1 to 24, or a word such as `warn`. */
  readonly minSeverity?: string;
  /** A source; `*` stands for any text. */
  readonly source?: string;
  /** `service.name` of the resource; `*` stands for any text. */
  readonly service?: string;
  /** A part of the message. */
  readonly text?: string;
  readonly traceId?: string;
  /** A metric's name; `*` stands for any text. */
  readonly name?: string;
  /** An expression such as `duration_ms > 100`, as `rimp query --where` takes it; may be repeated. */
  readonly where?: string | readonly string[];
  /** The pattern's text of `GET api/patterns`: events whose message has it. */
  readonly pattern?: string;
  /** `exclude`: no spans; `only`: nothing else. Default: spans are events like others. */
  readonly spans?: string;
}

/** What `GET api/export` takes beside a filter: the whole result as a download. */
export interface ExportParameters extends FilterParameters {
  readonly format: 'jsonl' | 'csv';
  /** Kinds of items, separated by commas: `event`, `metric`. Default: both. */
  readonly kinds?: string;
}

/** What `GET api/live` takes beside a filter. */
export interface LiveParameters extends FilterParameters {
  /** Kinds of items to send, separated by commas: `event`, `metric`; `none`: the overview alone. Default: all. */
  readonly kinds?: string;
  /**
   * How many of the items last taken in to begin with, in the order in which they came, as far as the server still
   * holds them in memory; not after a resume. Default: 0. With it nothing is missing between history and live.
   */
  readonly recent?: string;
}

/**
 * `GET api/live`: server-sent events, chosen by {@link LiveParameters}. All but `hello` and `refused` have an `id` to
 * resume from, in `Last-Event-ID`. Their names and data:
 *
 * - `hello`: {@link Hello}, first.
 * - `items`: a list of {@link ItemLine}, at most ten times a second.
 * - `gap`: {@link Gap}: items that this reader was too slow for, or that came while it was away for too long.
 * - `overview`: {@link Overview}, every second if anything changed.
 * - `refused`: {@link ApiError}, last: the filter takes too long, and would again.
 */
export interface Hello {
  /** Names this server's life: sequence numbers of another are not comparable. */
  readonly instance: string;
  /** Version of this library. */
  readonly version: string;
  /** Where items are kept, such as `sqlite:/…`, in words; absent if nothing is stored. */
  readonly storedIn?: string;
  /** Whether `GET api/events` and the like can be asked for history. */
  readonly hasHistory: boolean;
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` for senders; absent if this is no receiver. */
  readonly endpoint?: string;
  /** How many items that came before come first, as `recent` asks for them. */
  readonly recent: number;
}

/** Items that were not sent to one reader. They are in the storage, if there is one. */
export interface Gap {
  /** All of the kinds asked for, whether the filter asks for them or not. 0: not known. */
  readonly count: number;
  /** Their earliest and latest time, ISO 8601: the parameters to load them with. Absent if not known. */
  readonly startTime?: string;
  readonly endTime?: string;
  readonly reason: 'slow' | 'away' | 'restart';
}

/** `GET api/overview`. */
export interface Overview {
  /** ISO 8601. */
  readonly time: string;
  readonly startedAt: string;
  /** Items taken in since the start: events that are no spans, metrics, spans. */
  readonly events: number;
  readonly metrics: number;
  readonly spans: number;
  /** Events and spans of the type `error` among them. */
  readonly errors: number;
  /** Items a second, over the last ten seconds, or since the start if that is less. */
  readonly eventsPerSecond: number;
  readonly metricsPerSecond: number;
  readonly spansPerSecond: number;
  /** Counts of the last minutes, oldest first; each covers `bucketSeconds`. */
  readonly bucketSeconds: number;
  readonly buckets: readonly OverviewBucket[];
  readonly services: readonly ServiceCount[];
  /** All services together beyond the 200 that came first; absent if there are none. Its `service` is empty. */
  readonly otherServices?: ServiceCount;
  /** The 20 sources with most errors, events and spans, most first; `errors` is of all sources. */
  readonly errorsBySource: readonly { readonly source: string; readonly count: number; readonly last: string }[];
  readonly ledgers: readonly LedgerLine[];
}

export interface OverviewBucket {
  readonly start: string;
  /** Events that are no spans. */
  readonly events: Readonly<Record<EventType, number>>;
  readonly metrics: number;
  readonly spans: number;
  /** Spans of the type `error` among them. */
  readonly errorSpans: number;
}

export interface ServiceCount {
  /** `service.name` of the resource; empty of items without one. */
  readonly service: string;
  /** Events that are no spans. */
  readonly events: number;
  readonly spans: number;
  /** Events and spans of the type `error`. */
  readonly errors: number;
  readonly metrics: number;
  readonly last: string;
}

/** The counters of the collector or one sink: `accepted = delivered + queued + Σ dropped`. */
export interface LedgerLine {
  readonly name: string;
  readonly accepted: number;
  readonly delivered: number;
  readonly queued: number;
  readonly dropped: readonly { readonly reason: string; readonly count: number; readonly words: string }[];
  /** What was lost before it came here, as senders report it themselves; absent if unknown. */
  readonly note?: string;
}

/** `GET api/patterns`: groups of similar messages, most frequent first. */
export interface Patterns {
  readonly events: number;
  readonly patterns: readonly PatternLine[];
  /** Events in groups that were not kept apart, because there were too many. */
  readonly others: number;
  /** Whether the answer ended before all items were read. */
  readonly cut: boolean;
}

export interface PatternLine {
  /** The message with its variable parts as `<…>`. */
  readonly pattern: string;
  readonly count: number;
  readonly byType: Readonly<Partial<Record<EventType, number>>>;
  readonly sources: readonly string[];
  readonly first: string;
  readonly last: string;
  readonly example: string;
  /** Counts over the time asked for, oldest first. */
  readonly sparkline: readonly number[];
}

/** What `GET api/traces` takes beside a filter. */
export interface TraceParameters extends FilterParameters {
  /** Which come first: those that began last, take longest or have most spans and events. Default: `latest`. */
  readonly order?: 'latest' | 'slowest' | 'largest';
  /** `only`: traces in which an event or span is an error, be it one that the filter asks for or another. */
  readonly errors?: string;
  /** Traces of an answer; default 200, at most 2,000. */
  readonly limit?: string;
  /** The `next` of an answer: the traces before those. */
  readonly after?: string;
}

/** `GET api/traces`, chosen by {@link TraceParameters}. */
export interface Traces {
  readonly traces: readonly TraceLine[];
  /** Traces in what was read: these are the first of them. */
  readonly found: number;
  /** Whether there are traces that the answer does not have. */
  readonly cut: boolean;
  /** What to go on with as `after`; absent if nothing older was left. */
  readonly next?: string;
}

export interface TraceLine {
  readonly traceId: string;
  /** Name of the root span, or of the earliest one that is known. */
  readonly name: string;
  readonly service: string;
  readonly start: string;
  readonly durationMillis: number;
  readonly spans: number;
  readonly events: number;
  readonly errors: number;
  /** Whether it goes on behind what was read of it, so that there may be more spans, events and errors. */
  readonly cut?: boolean;
}

/** The body of an answer with a status of 400 and above. */
export interface ApiError {
  readonly error: string;
  /** The expression of `where` that is wrong, if one is. */
  readonly where?: string;
}
