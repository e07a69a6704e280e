/** Series that the SDKs keep of one instrument by default before they fold further ones: one place is the overflow's. */
const DEFAULT_MAX_SERIES = 1_999;

/** What is read of an instrument: private in both generations. */
interface Storage {
  readonly _backingStorages?: readonly Storage[];
  readonly _deltaMetricStorage?: { readonly _cardinalityLimit?: unknown };
}
interface Instrument {
  readonly _writableMetricStorage?: Storage;
  /** Of an observable one. */
  readonly _metricStorages?: readonly Storage[];
}

/**
 * Series that every reader keeps of an instrument before it folds further ones into one: what the readers' limits are, or
 * the default if that can't be read.
 */
export function maxSeriesOf(instrument: object): number {
  try {
    const { _metricStorages: storages, _writableMetricStorage: storage } = instrument as Instrument;
    const limits = (storages ?? (storage === undefined ? [] : [storage])).flatMap(limitsOf);
    return limits.length > 0 && limits.every(isLimit) ? Math.min(...limits) : DEFAULT_MAX_SERIES;
  } catch {
    return DEFAULT_MAX_SERIES;
  }
}

function limitsOf({ _backingStorages: storages, _deltaMetricStorage: delta }: Storage): unknown[] {
  return storages === undefined ? [delta?._cardinalityLimit] : storages.flatMap(limitsOf);
}

function isLimit(limit: unknown): limit is number {
  return typeof limit === 'number' && limit >= 0;
}
