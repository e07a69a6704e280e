import { hasText, methodOf } from '../sdk-method.js';
import type { Attributes } from '../sdk-types.js';
import type { Series } from './series-tree.js';

// The fast way to a histogram or a counter. Most of what `Histogram.record` costs is that the SDK makes a text of the
// attributes each time, to find what it has counted of their series since the last collection. Here that is remembered
// with the series, and given the value.
//
// It assumes that the instrument, the storages behind it and what they count in are the SDK's own, of the fields that are
// known, which have no exemplars (later versions of 2.x, and 3.x), and that no view filters attributes. If a version has
// other fields, somebody has put a function of their own in front, or a collection has begun anew, the measurement goes
// through the instrument.

/** What was counted of one series since the last collection. */
interface Accumulation {
  record(value: number): void;
}
/** What was counted of all series since then; the next collection begins another. */
interface Active {
  get(attributes: Attributes): Accumulation | undefined;
}
interface Delta {
  readonly _activeCollectionStorage: Active;
}
interface Storage {
  readonly hasAttributeProcessor?: unknown;
  readonly _attributesProcessor?: unknown;
  readonly _deltaMetricStorage?: Delta;
  /** Of what stands for more than one, each for a view or a reader. */
  readonly _backingStorages?: readonly Storage[];
}

/** Where one storage counts a series. */
interface Cell {
  active: Active | undefined;
  accumulation: Accumulation | undefined;
}

/** A series, and where each storage counts it. */
export interface DirectSeries extends Series {
  readonly cells: readonly Cell[];
}

type Method = (value: number, attributes: Attributes) => void;

const INSTRUMENT = '_writableMetricStorage _descriptor';
const MANY = '_backingStorages hasAttributeProcessor';
const ONE =
  '_instrumentDescriptor _aggregationCardinalityLimit _deltaMetricStorage _temporalMetricStorage ' +
  '_attributesProcessor hasAttributeProcessor';
const DELTA =
  '_activeCollectionStorage _cumulativeMemoStorage _cardinalityLimit _overflowAttributes _overflowHashCode _aggregator';

/** What records measurements of the series that it makes. */
export interface SeriesRecorder {
  /** A series of the instrument. */
  series(attributes: Attributes): DirectSeries;
  record(value: number, series: DirectSeries): void;
}

/** An instrument whose series are counted directly if that can be. */
export class DirectInstrument implements SeriesRecorder {
  readonly #instrument: Record<string, Method>;
  readonly #name: string;
  readonly #method: Method;
  /** What that calls. */
  readonly #inner: Method | undefined;
  readonly #deltas: readonly Delta[];

  private constructor(instrument: object, name: string, deltas: readonly Delta[]) {
    this.#instrument = instrument as Record<string, Method>;
    this.#name = name;
    this.#method = this.#instrument[name] as Method;
    this.#inner = this.#instrument._record;
    this.#deltas = deltas;
  }

  /**
   * What counts directly for an instrument; `undefined` if it isn't known well enough.
   *
   * @param method - the name of what records: `record` or `add`.
   */
  static of(instrument: object, method: string): DirectInstrument | undefined {
    if (!hasFields(instrument, INSTRUMENT) || !hasMethod(instrument, method, '_record(')) return undefined;
    if (!hasMethod(instrument, '_record', '_writableMetricStorage.record(')) return undefined;
    const storage = (instrument as { readonly _writableMetricStorage?: Storage })._writableMetricStorage as Storage;
    const deltas = deltasOf(storage);
    return deltas === undefined || deltas.length === 0 ? undefined : new DirectInstrument(instrument, method, deltas);
  }

  series(attributes: Attributes): DirectSeries {
    return { attributes, cells: this.#deltas.map(() => ({ active: undefined, accumulation: undefined })) };
  }

  record(value: number, series: DirectSeries): void {
    if (!this.#isIntact() || !this.#isCurrent(series)) {
      this.#instrument[this.#name]?.(value, series.attributes);
      this.#find(series);
      return;
    }
    for (const { accumulation } of series.cells) accumulation?.record(value);
  }

  #isIntact(): boolean {
    const instrument = this.#instrument;
    return instrument[this.#name] === this.#method && instrument._record === this.#inner;
  }

  #isCurrent({ cells }: DirectSeries): boolean {
    for (let i = 0; i < cells.length; i += 1) {
      const { active, accumulation } = cells[i] as Cell;
      if (accumulation === undefined || active !== this.#deltas[i]?._activeCollectionStorage) return false;
    }
    return true;
  }

  /** Finds where a series is counted until the next collection; of one that is folded or dropped there is nothing. */
  #find({ attributes, cells }: DirectSeries): void {
    for (const [i, cell] of cells.entries()) {
      const active = this.#deltas[i]?._activeCollectionStorage;
      if (cell.active === active) continue;
      cell.active = active;
      const found = active?.get(attributes);
      cell.accumulation =
        found !== undefined && hasMethod(found, 'record') && found.record.length === 1 ? found : undefined;
    }
  }
}

/** What counts for a storage, or for each one behind it. */
function deltasOf(storage: Storage): Delta[] | undefined {
  if (hasFields(storage, MANY) && hasMethod(storage, 'record', '.record(')) {
    const deltas = (storage._backingStorages ?? []).map(deltaOf);
    return deltas.every((delta) => delta !== undefined) ? deltas : undefined;
  }
  const delta = deltaOf(storage);
  return delta === undefined ? undefined : [delta];
}

function deltaOf(storage: Storage): Delta | undefined {
  const { hasAttributeProcessor, _attributesProcessor, _deltaMetricStorage: delta } = storage;
  if (!hasFields(storage, ONE) || hasAttributeProcessor !== false || _attributesProcessor !== undefined)
    return undefined;
  const isKnown =
    delta !== undefined &&
    hasMethod(storage, 'record', '_deltaMetricStorage.record(') &&
    hasFields(delta, DELTA) &&
    hasMethod(delta, 'record', '_activeCollectionStorage.get(');
  return isKnown ? delta : undefined;
}

/** Whether an object has these fields of its own, and no others. */
function hasFields(object: object, names: string): boolean {
  return Object.keys(object).sort().join(' ') === names.split(' ').sort().join(' ');
}

/** Whether a method is that of the object's class, and its text has some part. */
function hasMethod(object: object, name: string, part = ''): boolean {
  return hasText(methodOf(object, name), part);
}
