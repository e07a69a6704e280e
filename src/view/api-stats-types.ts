/** `GET api/stats`: what there is of the items that a filter asks for; lists have the most frequent first. */
export interface Stats {
  readonly events: number;
  readonly metrics: number;
  /** The earliest and latest time; `null` if there is nothing. */
  readonly first: string | null;
  readonly last: string | null;
  readonly types: readonly CountLine[];
  readonly sources: readonly CountLine[];
  readonly services: readonly CountLine[];
  readonly eventNames: readonly CountLine[];
  readonly metricNames: readonly MetricStats[];
  /** Counts of all items over their time, oldest first. */
  readonly sparkline: readonly number[];
  /** Whether only the latest items were read, as there are more than an answer reads. */
  readonly cut: boolean;
}

export interface CountLine {
  readonly name: string;
  readonly count: number;
}

/** What is known of a metric; `null` of what is not. */
export interface MetricStats {
  readonly name: string;
  /** Measurements, the growth of a counter, or the buckets of a histogram. */
  readonly form: 'samples' | 'counter' | 'histogram';
  readonly unit: string | null;
  readonly count: number;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly last: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Of the percentiles: exact, within 1 % (`sketch`), or estimated from buckets. */
  readonly accuracy: 'exact' | 'sketch' | 'estimated';
}
