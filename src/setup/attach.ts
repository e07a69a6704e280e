import { BRIDGE, type Bridged } from '../otel/bridge.js';
import { type MetricProducerLike, RimpMetricReader } from '../otel/metric-reader.js';
import { markPart } from '../otel/part-mark.js';
import type { CollectionResultLike, Context, LogRecordLike, LogRecordProcessorLike } from '../otel/sdk-types.js';

/*
 * The SDKs take processors and readers when a provider is made, and never later. What stands here looks into providers
 * that somebody else has made: their inner state has the same names in SDK 2.x and 3.x, and what is not there as expected
 * is left alone.
 */

/** What a logger provider shares with its loggers. */
interface LoggerState {
  activeProcessor: ActiveProcessor;
  /** Asked by the loggers whether a record is of use to anybody; absent before `sdk-logs` 0.213. */
  processors?: readonly object[];
}

/** All processors of a provider, as one. */
interface ActiveProcessor extends Omit<LogRecordProcessorLike, 'forceFlush'> {
  forceFlush(options?: object): Promise<void>;
  enabled?(options: object): boolean;
}

/** What a meter provider holds for each of its readers. */
interface ReaderState extends MetricProducerLike {
  selectAggregationTemporality(instrumentType: string): number;
  forceFlush(options?: object): Promise<void>;
  shutdown(options?: object): Promise<void>;
}

const INSTRUMENT_TYPES = [
  'COUNTER',
  'GAUGE',
  'HISTOGRAM',
  'UP_DOWN_COUNTER',
  'OBSERVABLE_COUNTER',
  'OBSERVABLE_GAUGE',
  'OBSERVABLE_UP_DOWN_COUNTER',
];
const CUMULATIVE = 1;

/**
 * Adds a processor to a logger provider that is made already, after those that it has.
 *
 * @returns what takes it away again; `undefined` if the provider is not one of the SDK's.
 */
export function attachProcessor(provider: object, added: LogRecordProcessorLike): (() => void) | undefined {
  const state = (provider as { readonly _sharedState?: Partial<LoggerState> })._sharedState as LoggerState | undefined;
  const inner = state?.activeProcessor;
  if (state === undefined || typeof inner?.onEmit !== 'function') return undefined;
  const both = new Both(inner, added);
  state.activeProcessor = both;
  // a list of its own: the one that is there may be the application's
  const before = state.processors;
  const after = Array.isArray(before) ? [...(before as readonly object[]), added] : before;
  if (after !== undefined) state.processors = after;
  return () => {
    both.detach();
    if (state.activeProcessor === both) state.activeProcessor = inner;
    if (before !== undefined && state.processors === after) state.processors = before;
  };
}

/** A provider's processors, and one that came later. */
class Both implements ActiveProcessor {
  readonly #inner: ActiveProcessor;
  #added: (LogRecordProcessorLike & { enabled?(): boolean }) | undefined;

  constructor(inner: ActiveProcessor, added: LogRecordProcessorLike) {
    this.#inner = inner;
    this.#added = added;
  }

  onEmit(record: LogRecordLike, context?: Context): void {
    this.#inner.onEmit(record, context);
    this.#added?.onEmit(record, context);
  }

  enabled(options: object): boolean {
    return (this.#inner.enabled?.(options) ?? true) || (this.#added?.enabled?.() ?? this.#added !== undefined);
  }

  async forceFlush(options?: object): Promise<void> {
    await Promise.all([this.#inner.forceFlush(options), this.#added?.forceFlush()]);
  }

  async shutdown(): Promise<void> {
    await Promise.all([this.#inner.shutdown(), this.#added?.shutdown()]);
  }

  detach(): void {
    this.#added = undefined;
  }
}

/**
 * Has a collector hear what a meter provider that is made already measures, by way of a reader that it has.
 *
 * If one of its readers is cumulative, a reader of ours collects from the same state, every `collectIntervalMillis`: that takes
 * nothing away from the other. Else what the provider's first reader collects is heard, whenever it does.
 *
 * @returns what ends it; `undefined` if the provider is not one of the SDK's, or has no reader.
 */
export function attachReader(
  provider: object,
  collector: Bridged,
  options: { readonly collectIntervalMillis?: number },
): (() => void) | undefined {
  const states = (provider as { readonly _sharedState?: { readonly metricCollectors?: unknown } })._sharedState
    ?.metricCollectors;
  if (!Array.isArray(states)) return undefined;
  return hearOne(states as readonly ReaderState[], collector, options);
}

/**
 * Has a collector hear what another reader's provider measures, once the reader has one: for versions of `NodeSDK` that
 * take but one reader.
 *
 * @returns the other reader.
 */
export function besideReader<R>(
  reader: R,
  collector: Bridged,
  options: { readonly collectIntervalMillis?: number },
): R {
  const other = reader as { setMetricProducer(producer: ReaderState): void };
  const setMetricProducer = other.setMetricProducer.bind(other);
  other.setMetricProducer = (producer) => {
    hearOne([producer], collector, options);
    setMetricProducer(producer);
  };
  return reader;
}

function hearOne(
  states: readonly ReaderState[],
  collector: Bridged,
  options: { readonly collectIntervalMillis?: number },
): (() => void) | undefined {
  const usable = states.filter(
    (state) => typeof state.collect === 'function' && typeof state.selectAggregationTemporality === 'function',
  );
  const cumulative = usable.find((state) =>
    INSTRUMENT_TYPES.every((type) => state.selectAggregationTemporality(type) === CUMULATIVE),
  );
  if (cumulative !== undefined) return readAlong(cumulative, new RimpMetricReader(collector, options));
  return usable[0] === undefined ? undefined : overhear(usable[0], collector);
}

/** A reader of ours beside the one that a state belongs to: flushed and shut down with it. */
function readAlong(state: ReaderState, reader: RimpMetricReader): () => void {
  const forceFlush = state.forceFlush.bind(state);
  const shutdown = state.shutdown.bind(state);
  reader.setMetricProducer({ collect: (options) => state.collect(options) });
  state.forceFlush = async (options) => {
    await Promise.all([forceFlush(options), reader.forceFlush()]);
  };
  state.shutdown = async (options) => {
    // ours collects a last time while the other still can
    await reader.shutdown();
    await shutdown(options);
  };
  markPart(state, 'reader');
  return () => {
    Object.assign(state, { forceFlush, shutdown });
    void reader.shutdown();
  };
}

/** Gives the collector what somebody else collects from a producer. */
function overhear(producer: MetricProducerLike, collector: Bridged): () => void {
  const collect = producer.collect.bind(producer);
  let listening = true;
  Object.assign(producer, {
    collect: async (options?: { timeoutMillis?: number }): Promise<CollectionResultLike> => {
      const result = await collect(options);
      if (listening) collector[BRIDGE].onCollection(result);
      return result;
    },
  });
  markPart(producer, 'reader');
  return () => {
    listening = false;
  };
}
