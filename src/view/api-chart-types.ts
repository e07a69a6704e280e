import type { Tags } from '../model/metric.js';

/** `GET api/metric-names`. */
export interface MetricNames {
  readonly names: readonly MetricName[];
  readonly cut: boolean;
}

export interface MetricName {
  readonly name: string;
  readonly unit: string | null;
  readonly kind: 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'sample';
  readonly description?: string;
  /** Series by tags, at least so many. */
  readonly series: number;
  readonly last: number | null;
  readonly lastTime: string;
  readonly sparkline: readonly (number | null)[];
}

/**
 * `GET api/chart?name=…&points=…&top=…`: lines of one metric, with the parameters of a filter; `aggregate` is `last`,
 * `mean`, `max`, `rate`, or `count`; the default is by the metric's kind.
 */
export interface Chart {
  readonly name: string;
  readonly unit: string | null;
  readonly kind: MetricName['kind'];
  readonly aggregate: 'last' | 'mean' | 'max' | 'rate' | 'count';
  /** Milliseconds since the Unix epoch, the start of each step, ascending. */
  readonly times: readonly number[];
  readonly stepMillis: number;
  /** The series with the greatest values, greatest first. */
  readonly lines: readonly ChartLine[];
  /** Series that are not among `lines`. */
  readonly others: readonly { readonly tags: Tags }[];
  /** Of a histogram, or of exact samples: percentiles over all series, a value for each of `times`. */
  readonly percentiles?: {
    readonly p50: readonly (number | null)[];
    readonly p95: readonly (number | null)[];
    readonly p99: readonly (number | null)[];
    /** Whether they are estimated from buckets. */
    readonly estimated: boolean;
  };
  /** Of a histogram: counts by bucket (rows, the lowest first) and time (columns). */
  readonly heatMap?: { readonly bounds: readonly (number | null)[]; readonly counts: readonly (readonly number[])[] };
  /** Exact samples, at most 2,000, if there are as few: [time in milliseconds, value, index in `lines`, metric id]. */
  readonly samples?: readonly (readonly [number, number, number, string])[];
  readonly cut: boolean;
}

export interface ChartLine {
  readonly tags: Tags;
  readonly values: readonly (number | null)[];
}
