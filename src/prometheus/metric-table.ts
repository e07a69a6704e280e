import type { AnyValueMap } from '../model/any-value.js';
import type { TagValue, TelemetryMetric } from '../model/metric.js';
import type { MetricOtel } from '../model/otel-fields.js';
import { instrumentPlan } from '../otel/instruments/instrument-plan.js';
import type { InstrumentPolicy } from '../otel/instruments/instrument-policy.js';
import { Counts } from '../pipeline/counters.js';
import { addSample, bucketsOf, emptyBuckets, sumOf } from './buckets.js';
import type { Families, Family, FamilyType, Series } from './family.js';
import { labelText } from './labels.js';
import { familyName, unitWord } from './names.js';

/** What is kept of metrics, and for how long. */
export interface TableBounds {
  /** Series of all families. */
  readonly maxSeries: number;
  /** After which a series that got no value is left out; `undefined`: never. */
  readonly expireMillis: number | undefined;
  /** Attributes of the resource that become labels. */
  readonly resourceLabels: readonly string[];
}

/** Why a metric is in no series. */
type LeftOut = 'too_many_names' | 'too_many_series' | 'not_finite' | 'negative';

/** How a metric's values are brought together. */
interface Target {
  readonly family: Family;
  readonly boundaries: readonly number[] | undefined;
  readonly dropTags: ReadonlySet<string> | undefined;
  /** `replace`: each value stands for itself; `add`: it is an increment; `sample`: a measurement of a histogram. */
  readonly how: 'replace' | 'add' | 'sample';
}

/** Names and units that are remembered: a name for each value would fill the memory. */
const MAX_TARGETS = 10_000;

/** The last values and histograms of the metrics that a collector takes in. */
export class MetricTable {
  readonly #policy: InstrumentPolicy;
  readonly #bounds: TableBounds;
  readonly #families: Families;
  readonly #targets = new Map<string, Target>();
  #series = 0;
  /** Metrics that no series shows, by reason. */
  readonly left = new Counts();
  readonly #onLeftOut: (reason: LeftOut, name: string) => void;

  /** @param onLeftOut - called with each metric that no series shows. */
  constructor(
    policy: InstrumentPolicy,
    bounds: TableBounds,
    families: Families,
    onLeftOut: (reason: LeftOut, name: string) => void,
  ) {
    this.#onLeftOut = onLeftOut;
    this.#policy = policy;
    this.#bounds = bounds;
    this.#families = families;
  }

  /** Takes a metric in, as of a time of a monotonic clock. */
  add(metric: TelemetryMetric, nowMillis: number): void {
    const { otel } = metric;
    // the sum and the extremes of a histogram come with its count
    if (otel?.instrument !== undefined && otel.histogram === undefined) return;
    const target = this.#targetOf(metric);
    if (target === undefined) return this.#leaveOut('too_many_names', metric);
    if (target.how !== 'replace' && target.family.type !== 'gauge' && !(metric.value >= 0))
      return this.#leaveOut(Number.isNaN(metric.value) ? 'not_finite' : 'negative', metric);
    const labels = labelText(this.#pairsOf(metric, target.dropTags));
    let series = target.family.series.get(labels);
    if (series === undefined) {
      if (this.#series >= this.#bounds.maxSeries) return this.#leaveOut('too_many_series', metric);
      this.#series += 1;
      series = { labels, value: 0, seenMillis: nowMillis };
      target.family.series.set(labels, series);
    }
    series.seenMillis = nowMillis;
    if (target.family.type === 'histogram') setHistogram(series, metric, target);
    else series.value = target.how === 'add' ? series.value + metric.value : metric.value;
  }

  /** Forgets series that got no value for too long. */
  expire(nowMillis: number): void {
    const { expireMillis } = this.#bounds;
    if (expireMillis === undefined) return;
    for (const { series } of this.#families.all)
      for (const [labels, { seenMillis }] of series)
        if (nowMillis - seenMillis > expireMillis) {
          series.delete(labels);
          this.#series -= 1;
        }
  }

  #leaveOut(reason: LeftOut, { name }: TelemetryMetric): void {
    this.left.add(reason);
    this.#onLeftOut(reason, name);
  }

  #targetOf(metric: TelemetryMetric): Target | undefined {
    const { otel, name, unit } = metric;
    const form = `${otel?.kind ?? ''} ${otel?.temporality ?? ''} ${String(otel?.monotonic ?? '')}`;
    const key = `${form}\n${unit ?? ''}\n${name}`;
    let target = this.#targets.get(key);
    if (target !== undefined) return target;
    if (this.#targets.size >= MAX_TARGETS) return undefined;
    target = otel?.kind === undefined ? this.#ofFacade(name, unit) : this.#ofPoint(metric, otel);
    this.#targets.set(key, target);
    return target;
  }

  /** A measurement of the facade: the policy says what it is. */
  #ofFacade(metricName: string, metricUnit: string | undefined): Target {
    const { unit, kind, boundaries, dropTags } = instrumentPlan(this.#policy, metricName, metricUnit);
    const type = kind === 'updowncounter' ? 'gauge' : kind;
    const how = kind === 'gauge' ? 'replace' : kind === 'histogram' ? 'sample' : 'add';
    return { family: this.#familyOf(metricName, unit, type, ''), boundaries, dropTags, how };
  }

  /** A point that an SDK aggregated. */
  #ofPoint(metric: TelemetryMetric, otel: MetricOtel): Target {
    const isHistogram = otel.histogram !== undefined;
    const type = isHistogram ? 'histogram' : otel.kind === 'sum' && otel.monotonic === true ? 'counter' : 'gauge';
    const unit = isHistogram ? otel.unit : metric.unit;
    const name = otel.instrument ?? metric.name;
    return {
      family: this.#familyOf(name, unit, type, otel.description ?? ''),
      boundaries: undefined,
      dropTags: undefined,
      how: otel.temporality === 'delta' ? 'add' : 'replace',
    };
  }

  #familyOf(name: string, unit: string | undefined, type: FamilyType, help: string): Family {
    const word = unitWord(unit, type === 'gauge');
    const plain = familyName(name, word);
    const there = this.#families.all.find(
      (family) => family.type === type && family.unit === word && family.name === plain,
    );
    return there ?? this.#families.make(plain, type, word, help);
  }

  #pairsOf({ tags, otel }: TelemetryMetric, dropTags: ReadonlySet<string> | undefined): [string, TagValue][] {
    const pairs = resourcePairs(otel?.resource, this.#bounds.resourceLabels);
    for (const [key, value] of Object.entries(tags ?? {})) if (dropTags?.has(key) !== true) pairs.push([key, value]);
    return pairs;
  }
}

function setHistogram(series: Series, metric: TelemetryMetric, { how, boundaries }: Target): void {
  const detail = metric.otel?.histogram;
  if (detail === undefined) {
    series.histogram ??= emptyBuckets(boundaries);
    addSample(series.histogram, metric.value);
    return;
  }
  const point = bucketsOf(detail);
  // with other bounds a sum begins anew
  series.histogram =
    how === 'add' && series.histogram !== undefined ? (sumOf(series.histogram, point) ?? point) : point;
}

function resourcePairs(resource: AnyValueMap | undefined, names: readonly string[]): [string, TagValue][] {
  const pairs: [string, TagValue][] = [];
  if (resource === undefined) return pairs;
  for (const name of names) {
    const value = Object.hasOwn(resource, name) ? resource[name] : undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') pairs.push([name, value]);
  }
  return pairs;
}
