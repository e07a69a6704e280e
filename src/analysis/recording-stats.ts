import { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import { KeyedCounts } from './keyed-counts.js';
import { MessagePatterns } from './message-patterns.js';
import { MetricSummaries } from './metric-summaries.js';
import { spanAsMetric, spanOf } from './span.js';
import { TimeBuckets } from './time-buckets.js';

/** How {@link RecordingStats} counts. */
export interface RecordingStatsOptions {
  /** Patterns that are kept. Default 1,000. */
  readonly maxPatterns?: number;
  /** Width of the buckets of {@link RecordingStats.intervals}, in milliseconds; default: none are kept. */
  readonly byMillis?: number | undefined;
}

/** Buckets that `--by` may fill; with more, their width doubles. */
const MAX_INTERVALS = 20_000;

/** What a recording holds, counted in one pass and bounded memory. It may be asked at any time. */
export class RecordingStats {
  readonly patterns: MessagePatterns;
  readonly metrics = new MetricSummaries();
  /** Durations of spans by their names, in milliseconds. */
  readonly spans = new MetricSummaries();
  /** Events by type. */
  readonly types = new KeyedCounts();
  /** Events by source. */
  readonly sources = new KeyedCounts();
  /** Items by the service of their resource; those without one are not here. */
  readonly services = new KeyedCounts();
  /** Events by the name that OpenTelemetry knows; those without one are not here. */
  readonly eventNames = new KeyedCounts();
  /** Items over time. */
  readonly times = new TimeBuckets();
  /** Items over time by `event` types and `metric`, in buckets of the width that was asked for. */
  readonly intervals: ReadonlyMap<string, TimeBuckets>;
  #events = 0;
  #metrics = 0;
  #spans = 0;
  #firstMillis = Number.POSITIVE_INFINITY;
  #lastMillis = Number.NEGATIVE_INFINITY;

  constructor({ maxPatterns, byMillis }: RecordingStatsOptions = {}) {
    this.patterns = new MessagePatterns(maxPatterns === undefined ? {} : { maxPatterns });
    const intervals = new Map<string, TimeBuckets>();
    if (byMillis !== undefined) {
      for (const key of ['error', 'warning', 'info', 'debug', 'metric'])
        intervals.set(key, new TimeBuckets({ widthMillis: byMillis, maxBuckets: MAX_INTERVALS }));
    }
    this.intervals = intervals;
  }

  get events(): number {
    return this.#events;
  }

  /** Those of the events that are spans. */
  get spanItems(): number {
    return this.#spans;
  }

  get metricItems(): number {
    return this.#metrics;
  }

  /** The earliest time of an item, in milliseconds since the Unix epoch; `undefined` if there is none. */
  get firstMillis(): number | undefined {
    return this.#events + this.#metrics === 0 ? undefined : this.#firstMillis;
  }

  /** The latest. */
  get lastMillis(): number | undefined {
    return this.#events + this.#metrics === 0 ? undefined : this.#lastMillis;
  }

  add(item: TelemetryEvent | TelemetryMetric): void {
    const time = item.timestamp.getTime();
    if (time < this.#firstMillis) this.#firstMillis = time;
    if (time > this.#lastMillis) this.#lastMillis = time;
    this.times.add(time);
    const service = item.otel?.resource?.['service.name'];
    if (typeof service === 'string') this.services.add(service, time);
    if (item instanceof TelemetryEvent) {
      this.#events += 1;
      this.types.add(item.eventType, time);
      this.sources.add(item.source, time);
      const name = item.otel?.eventName;
      if (name !== undefined) this.eventNames.add(name, time);
      const isSpan = spanOf(item) !== undefined;
      if (isSpan) {
        this.#spans += 1;
        this.spans.add(spanAsMetric(item, item.message));
      }
      // a span's name is no message, unless it says what went wrong
      if (!isSpan || item.eventType === 'error') this.patterns.add(item.message, time, item.eventType);
      this.intervals.get(item.eventType)?.add(time);
    } else {
      this.#metrics += 1;
      this.metrics.add(item);
      this.intervals.get('metric')?.add(time);
    }
  }
}
