import type { Meter, MetricOptions, ObservableResult } from '@opentelemetry/api';
import type { KnownTags } from '../../model/known-tags.js';
import type { Tags } from '../../model/metric.js';
import type { Attributes, MeterProvider } from '../sdk-types.js';
import { maxSeriesOf } from './series-limit.js';
import { type Series, SeriesTree } from './series-tree.js';

/** What the SDKs call the series that further ones are folded into. */
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** Small, as with many series most of the time is memory that no cache holds. */
interface Gauge extends Series {
  value: number;
  /** Which measurement of the instrument gave it that value. */
  at: number;
}

/** The values of all gauges of a provider, by instrument: several collectors may measure the same. */
const shared = new WeakMap<MeterProvider, Map<string, LastValues>>();

/**
 * The fast way to a gauge: of its measurements the last one of each series is kept here, and given to the SDK when a reader
 * collects, by an observable gauge. Most of what `Gauge.record` costs is that the SDK makes a text of the attributes each
 * time.
 *
 * It assumes what holds for both generations: that a collection of any reader calls back, that all readers are given
 * what that observes, and that cumulative readers keep what was observed before; hence only what changed is observed, in
 * the order of the last measurements: of series that a view or a limit makes one, the last one observed counts. A rule
 * with `synchronous` makes a gauge of the usual kind instead.
 */
export class LastValues {
  readonly #tree: SeriesTree<Gauge>;
  /** Series that readers keep before they fold further ones. */
  readonly maxSeries: number;
  readonly #overflow: Gauge;
  #measurements = 0;
  /** How many of them there were at the last collection: what was given its value later is changed. */
  #collected = 0;
  #hasFolded = false;
  #changed: Gauge[] = [];

  private constructor(maxSeries: number, dropTags: ReadonlySet<string> | undefined) {
    this.maxSeries = maxSeries;
    this.#overflow = { attributes: OVERFLOW, value: 0, at: 0 };
    this.#tree = new SeriesTree((attributes) => ({ attributes, value: 0, at: 0 }), maxSeries, dropTags);
  }

  /** The values of a gauge, which is made if there is none like it. */
  static of(
    provider: MeterProvider,
    meter: Meter,
    name: string,
    options: MetricOptions,
    dropTags: ReadonlySet<string> | undefined,
  ): LastValues {
    let all = shared.get(provider);
    if (all === undefined) {
      all = new Map();
      shared.set(provider, all);
    }
    const key = JSON.stringify([name.toLowerCase(), options.unit, dropTags && [...dropTags].sort()]);
    let values = all.get(key);
    if (values === undefined) {
      const gauge = meter.createObservableGauge(name, options);
      const made = new LastValues(maxSeriesOf(gauge), dropTags);
      gauge.addCallback((result) => made.#observe(result));
      all.set(key, made);
      values = made;
    }
    return values;
  }

  /** @returns whether the series of the tags is one too many, and folded into the overflow series. */
  record(value: number, tags: Tags | undefined, known?: KnownTags): boolean {
    const series = this.#tree.find(tags, known) ?? this.#overflow;
    if (series.at <= this.#collected) this.#changed.push(series);
    series.value = value;
    this.#measurements += 1;
    series.at = this.#measurements;
    return series === this.#overflow;
  }

  #observe(result: ObservableResult): void {
    const changed = this.#changed;
    this.#changed = [];
    const isOverflowing = this.#overflow.at > this.#collected;
    this.#collected = this.#measurements;
    // readers keep the series that are observed first: those that came before the first one that was folded
    if (this.#hasFolded || !isOverflowing) changed.sort((a, b) => a.at - b.at);
    else this.#hasFolded = true;
    for (const series of changed) result.observe(series.value, series.attributes);
  }
}
