import type { Meter, MetricOptions } from '@opentelemetry/api';
import type { KnownTags } from '../../model/known-tags.js';
import type { Tags, TelemetryMetric } from '../../model/metric.js';
import type { Counts } from '../../pipeline/counters.js';
import type { Diagnostics } from '../../runtime/diagnostics.js';
import type { Attributes, MeterProvider } from '../sdk-types.js';
import { DirectInstrument, type SeriesRecorder } from './direct-record.js';
import { FACADE_SCOPE } from './facade-scope.js';
import { instrumentPlan } from './instrument-plan.js';
import type { InstrumentKind, InstrumentPolicy } from './instrument-policy.js';
import { LastValues } from './last-values.js';
import { maxSeriesOf } from './series-limit.js';
import { SeriesTree } from './series-tree.js';

/** Measurements of the overflow series between two reports: a report costs more than a measurement. */
const TELL_EVERY = 1_000;

/** Instruments that are made at most, by default: the SDKs never forget one. */
const DEFAULT_MAX_INSTRUMENTS = 2_000;

/** Spellings of names and units that are remembered for each instrument, on average. */
const SPELLINGS_EACH = 4;

interface Instrument {
  readonly kind: InstrumentKind;
  /** Records, and says whether the series of the tags was folded into the overflow series. */
  readonly record: (value: number, tags: Tags | undefined, known: KnownTags | undefined) => boolean;
  /** Series that are kept before further ones are folded. */
  readonly maxSeries: number;
  /** Measurements that were folded into the overflow series. */
  overflows: number;
}

/** Records RIMP's measurements on OpenTelemetry instruments, each made once. */
export class Instruments {
  readonly #policy: InstrumentPolicy;
  readonly #notRecorded: Counts;
  readonly #diagnostics: Diagnostics;
  readonly #maxInstruments: number;
  #provider: MeterProvider | undefined;
  #meter: Meter | undefined;
  /** By name and unit as the caller wrote them: the fast way. */
  readonly #byCall = new Map<string, Map<string | undefined, Instrument>>();
  #spellings = 0;
  /** By lower-case name and UCUM unit: OpenTelemetry's names are case-insensitive. */
  #made = new Map<string, Instrument>();
  readonly #unitOfName = new Map<string, string>();

  constructor(
    policy: InstrumentPolicy,
    notRecorded: Counts,
    diagnostics: Diagnostics,
    maxInstruments = DEFAULT_MAX_INSTRUMENTS,
  ) {
    this.#policy = policy;
    this.#notRecorded = notRecorded;
    this.#diagnostics = diagnostics;
    this.#maxInstruments = maxInstruments;
  }

  /** Records a metric on its instrument, or counts why it is not sent. */
  record(provider: MeterProvider, metric: TelemetryMetric, known?: KnownTags): void {
    if (!Number.isFinite(metric.value)) {
      // one NaN makes a sum NaN for good
      this.#notRecorded.add('not_finite');
      return;
    }
    const instrument = this.#instrument(provider, metric);
    if (instrument === undefined) {
      this.#notRecorded.add('too_many_instruments');
      this.#diagnostics.report(
        'too_many_instruments',
        `metric "${metric.name}" (unit "${metric.unit ?? ''}") is not recorded on an OpenTelemetry instrument: there are ` +
          `${this.#maxInstruments} already (option "maxInstruments"); what differs from call to call belongs into tags`,
      );
      return;
    }
    if (metric.value < 0 && (instrument.kind === 'histogram' || instrument.kind === 'counter')) {
      this.#notRecorded.add(`negative_${instrument.kind}`);
      this.#diagnostics.report(
        `negative:${metric.name}`,
        `a negative value of "${metric.name}" is not recorded on its ${instrument.kind}`,
      );
      return;
    }
    if (instrument.record(metric.value, metric.tags, known)) this.#overflows(metric.name, instrument);
  }

  #instrument(provider: MeterProvider, metric: TelemetryMetric): Instrument | undefined {
    if (provider !== this.#provider) {
      this.#provider = provider;
      this.#meter = provider.getMeter(FACADE_SCOPE);
      this.#byCall.clear();
      this.#spellings = 0;
      this.#made = new Map();
    }
    const known = this.#byCall.get(metric.name)?.get(metric.unit);
    if (known !== undefined) return known;
    const instrument = this.#make(metric.name, metric.unit);
    if (instrument !== undefined) this.#remember(metric.name, metric.unit, instrument);
    return instrument;
  }

  #remember(name: string, unit: string | undefined, instrument: Instrument): void {
    if (this.#spellings >= this.#maxInstruments * SPELLINGS_EACH) return;
    this.#spellings += 1;
    let byUnit = this.#byCall.get(name);
    if (byUnit === undefined) {
      byUnit = new Map();
      this.#byCall.set(name, byUnit);
    }
    byUnit.set(unit, instrument);
  }

  #make(metricName: string, metricUnit: string | undefined): Instrument | undefined {
    const { name, unit, kind, boundaries, dropTags, synchronous } = instrumentPlan(
      this.#policy,
      metricName,
      metricUnit,
    );
    const lower = name.toLowerCase();
    const key = `${lower}\n${unit ?? ''}`;
    const there = this.#made.get(key);
    if (there !== undefined) return there;
    if (this.#made.size >= this.#maxInstruments) return undefined;
    const firstUnit = this.#unitOfName.get(lower);
    if (firstUnit === undefined) {
      this.#unitOfName.set(lower, unit ?? '');
    } else if (firstUnit !== (unit ?? '')) {
      this.#diagnostics.report(
        `unit:${lower}`,
        `metric "${metricName}" comes with unit "${unit ?? ''}" after "${firstUnit}": they are two instruments`,
      );
    }
    const options: MetricOptions = {};
    if (unit !== undefined) options.unit = unit;
    if (kind === 'histogram' && boundaries !== undefined)
      options.advice = { explicitBucketBoundaries: [...boundaries] };
    const made: Instrument = {
      kind,
      ...this.#recorder(kind, name, options, dropTags, synchronous),
      overflows: 0,
    };
    this.#made.set(key, made);
    return made;
  }

  #recorder(
    kind: InstrumentKind,
    name: string,
    options: MetricOptions,
    dropTags: ReadonlySet<string> | undefined,
    isSynchronous: boolean,
  ): Pick<Instrument, 'record' | 'maxSeries'> {
    const meter = this.#meter as Meter;
    if (kind === 'gauge' && !isSynchronous) {
      const values = LastValues.of(this.#provider as MeterProvider, meter, name, options, dropTags);
      return { maxSeries: values.maxSeries, record: (value, tags, known) => values.record(value, tags, known) };
    }
    const { instrument, method, record } = synchronousInstrument(meter, kind, name, options);
    const maxSeries = maxSeriesOf(instrument);
    const recorder = DirectInstrument.of(instrument, method) ?? throughInstrument(record);
    const tree = new SeriesTree((attributes) => recorder.series(attributes), maxSeries, dropTags);
    const recordIn: Instrument['record'] = (value, tags, known) => {
      const series = tree.find(tags, known);
      if (series === undefined) record(value, tree.attributesOf(tags));
      else recorder.record(value, series);
      return series === undefined;
    };
    return { maxSeries, record: recordIn };
  }

  #overflows(name: string, instrument: Instrument): void {
    this.#notRecorded.add('cardinality_overflow');
    const before = instrument.overflows;
    instrument.overflows += 1;
    if (before % TELL_EVERY === 0) this.#tellOverflow(name, instrument.maxSeries + 1);
  }

  #tellOverflow(name: string, limit: number): void {
    this.#diagnostics.report(
      `cardinality:${name}`,
      `metric "${name}" has more than ${limit} series: OpenTelemetry folds further ones into one`,
    );
  }
}

/** An instrument, and the method that records. */
interface Synchronous {
  readonly instrument: object;
  readonly method: string;
  readonly record: (value: number, attributes: Attributes) => void;
}

function synchronousInstrument(meter: Meter, kind: InstrumentKind, name: string, options: MetricOptions): Synchronous {
  if (kind === 'counter' || kind === 'updowncounter') {
    const counter = kind === 'counter' ? meter.createCounter(name, options) : meter.createUpDownCounter(name, options);
    return { instrument: counter, method: 'add', record: (value, attributes) => counter.add(value, attributes) };
  }
  const instrument = kind === 'histogram' ? meter.createHistogram(name, options) : meter.createGauge(name, options);
  return { instrument, method: 'record', record: (value, attributes) => instrument.record(value, attributes) };
}

function throughInstrument(record: Synchronous['record']): SeriesRecorder {
  return {
    series: (attributes) => ({ attributes, cells: [] }),
    record: (value, { attributes }) => record(value, attributes),
  };
}
