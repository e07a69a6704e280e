import type { TelemetryMetric } from '../model/metric.js';
import type { HistogramDetail, MetricOtel } from '../model/otel-fields.js';
import { estimatePercentile } from '../model/percentile.js';
import { Distribution } from './distribution.js';
import { histogramSince, layoutOf, mergeHistograms } from './merge-histograms.js';

/** What the values of a metric are: measurements, the growth of a counter, or the buckets of a histogram. */
export type MetricForm = 'samples' | 'counter' | 'histogram';

/** Series of cumulative points whose last point is kept. */
const MAX_SERIES = 2_000;

/** What is to be known of a metric, in bounded memory. */
export class MetricSummary {
  readonly name: string;
  readonly form: MetricForm;
  readonly unit: string | undefined;
  /** Measurements, or of a counter the growth that each point shows: all since its start, then since the last. */
  readonly samples = new Distribution();
  #points = 0;
  #recorded = 0;
  #series = 0;
  #histogram: HistogramDetail | undefined;
  readonly #lastValues = new Map<string, number>();
  readonly #lastHistograms = new Map<string, HistogramDetail>();
  #uncounted = 0;
  #last: { readonly value: number; readonly millis: number } | undefined;

  constructor(metric: TelemetryMetric) {
    this.name = nameOf(metric);
    this.form = formOf(metric.otel);
    this.unit = metric.otel?.unit ?? metric.unit;
  }

  /** Items that were added. */
  get points(): number {
    return this.#points;
  }

  /** The value of the latest time, as it came; `undefined` of a histogram. */
  get lastValue(): number | undefined {
    return this.form === 'histogram' ? undefined : this.#last?.value;
  }

  /** The latest time, in milliseconds since the Unix epoch; `undefined` if nothing was added. */
  get lastMillis(): number | undefined {
    return this.#last?.millis;
  }

  /** Measurements that are known of: of a histogram those in its buckets. */
  get count(): number {
    return this.form === 'histogram' ? this.#recorded : this.samples.count;
  }

  /** Points of cumulative series whose growth is not known, as there were too many series. */
  get uncounted(): number {
    return this.#uncounted;
  }

  /** The histograms' sum, in whose buckets the percentiles are estimated; `undefined` if there was none. */
  get histogram(): HistogramDetail | undefined {
    return this.#histogram;
  }

  /** The sum of all measurements, of a counter its growth; `undefined` if it is not known. */
  get sum(): number | undefined {
    return this.form === 'histogram' ? this.#histogram?.sum : this.samples.sum;
  }

  get min(): number | undefined {
    return this.form === 'histogram' ? this.#histogram?.min : this.samples.min;
  }

  get max(): number | undefined {
    return this.form === 'histogram' ? this.#histogram?.max : this.samples.max;
  }

  /** `exact`, within 1 % in a `sketch`, or `estimated` from buckets. */
  get accuracy(): 'exact' | 'sketch' | 'estimated' {
    if (this.form === 'histogram') return 'estimated';
    return this.samples.isExact ? 'exact' : 'sketch';
  }

  /** Percentiles, from 0 to 100; `undefined` if there are no values. */
  percentiles(percentiles: readonly number[]): (number | undefined)[] {
    if (this.form !== 'histogram') return this.samples.percentiles(percentiles);
    const histogram = this.#histogram;
    return percentiles.map((percentile) =>
      histogram === undefined ? undefined : estimatePercentile(histogram, percentile),
    );
  }

  add(metric: TelemetryMetric): void {
    this.#points += 1;
    const { otel, value } = metric;
    const millis = metric.timestamp.getTime();
    if (this.#last === undefined || millis >= this.#last.millis) this.#last = { value, millis };
    if (this.form === 'histogram') this.#addHistogram(metric, otel?.histogram);
    else if (this.form === 'samples' || otel?.temporality !== 'cumulative') this.samples.add(value);
    else {
      const key = seriesOf(metric);
      const last = this.#lastValues.get(key);
      if (last !== undefined || this.#mayStart()) this.#lastValues.set(key, value);
      const isWhole = last === undefined ? hasStart(metric) : value < last;
      if (isWhole) this.samples.add(value);
      else if (last !== undefined) this.samples.add(value - last);
    }
  }

  #addHistogram(metric: TelemetryMetric, histogram: HistogramDetail | undefined): void {
    if (histogram === undefined) return;
    let grown = histogram;
    if (metric.otel?.temporality === 'cumulative') {
      const key = seriesOf(metric);
      const last = this.#lastHistograms.get(key);
      if (last !== undefined || this.#mayStart()) this.#lastHistograms.set(key, histogram);
      if (last !== undefined) grown = histogramSince(histogram, last);
      else if (!hasStart(metric)) return;
    }
    if (grown.count === 0) return;
    this.#recorded += grown.count;
    this.#histogram = this.#histogram === undefined ? grown : mergeHistograms(this.#histogram, grown);
  }

  #mayStart(): boolean {
    if (this.#series < MAX_SERIES) {
      this.#series += 1;
      return true;
    }
    this.#uncounted += 1;
    return false;
  }
}

/** Whether a metric is a part of a histogram, whose count has all of it. */
export function isHistogramPart({ otel }: TelemetryMetric): boolean {
  if (otel?.kind !== 'histogram' && otel?.kind !== 'exponential_histogram') return false;
  return otel.instrument !== undefined && otel.histogram === undefined;
}

/** What a metric is summarised under: its name and, as only these can be added, its form and the layout of its buckets. */
export function summaryKey(metric: TelemetryMetric): string {
  const { otel } = metric;
  const layout = otel?.histogram === undefined ? '' : layoutOf(otel.histogram);
  return `${nameOf(metric)}\n${formOf(otel)}\n${layout}`;
}

function nameOf({ name, otel }: TelemetryMetric): string {
  return otel?.histogram === undefined ? name : (otel.instrument ?? name);
}

function formOf(otel: MetricOtel | undefined): MetricForm {
  if (otel?.histogram !== undefined) return 'histogram';
  // what goes up and down is read as it stands
  return otel?.kind === 'sum' && (otel.monotonic === true || otel.temporality === 'delta') ? 'counter' : 'samples';
}

/** Whether the first point of a series is all that it counted: without a start it only shows where the series was. */
function hasStart({ otel }: TelemetryMetric): boolean {
  return otel?.startTimeUnixNano !== undefined;
}

function seriesOf({ tags, otel }: TelemetryMetric): string {
  const sorted = Object.entries(tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, otel?.resource, otel?.scopeName, otel?.startTimeUnixNano]);
}
