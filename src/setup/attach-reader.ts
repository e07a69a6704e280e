import { BRIDGE, type Bridged } from '../otel/bridge.js';
import { type MetricProducerLike, RimpMetricReader } from '../otel/metric-reader.js';
import { markPart } from '../otel/part-mark.js';
import type { CollectionResultLike } from '../otel/sdk-types.js';
import type { AttachOptions } from './attach-processor.js';
import { wrapMethod } from './wrap-method.js';

/** How a collector gets what a meter provider measures. */
export interface ReaderAttachOptions extends AttachOptions {
  readonly collectIntervalMillis?: number;
}

type Detach = () => void;

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
const NOTHING_COLLECTED: CollectionResultLike = {
  resourceMetrics: { resource: { attributes: {} }, scopeMetrics: [] },
  errors: [],
};

/**
 * Gives a collector what a meter provider that is made already measures, by way of a reader that it has.
 *
 * If one of its readers is cumulative, a reader of ours collects from the same state, every `collectIntervalMillis`: that takes
 * nothing away from the other. Else it gets what the provider's first reader collects, whenever that does.
 *
 * @returns what ends it; `undefined` if the provider is not one of the SDK's, or has no reader.
 */
export function attachReader(provider: object, collector: Bridged, options: ReaderAttachOptions): Detach | undefined {
  const states = (provider as { readonly _sharedState?: { readonly metricCollectors?: unknown } })._sharedState
    ?.metricCollectors;
  if (!Array.isArray(states)) return undefined;
  return attachToOne(states as readonly ReaderState[], collector, options);
}

/** What a meter provider makes for a reader, in the versions of `NodeSDK` that take but one. */
type StateClass = new (shared: object, reader: unknown) => ReaderState;

/**
 * Gives a meter provider further readers as soon as it has the first one: for versions of `NodeSDK` that take but one.
 *
 * @param failed - is called if the provider is not like those of these versions.
 * @returns the first one.
 */
export function withFurtherReaders<R extends object>(reader: R, further: readonly object[], failed: () => void): R {
  type AnyReader = { setMetricProducer(producer: object): void };
  wrapMethod(reader as unknown as AnyReader, 'setMetricProducer', (setMetricProducer, producer) => {
    setMetricProducer(producer);
    const shared = (producer as { readonly _sharedState?: { readonly metricCollectors?: unknown } })._sharedState;
    if (!Array.isArray(shared?.metricCollectors)) return failed();
    for (const one of further) {
      const state = new (producer.constructor as StateClass)(shared, one);
      (one as AnyReader).setMetricProducer(state);
      (shared.metricCollectors as ReaderState[]).push(state);
    }
  });
  return reader;
}

function attachToOne(
  states: readonly ReaderState[],
  collector: Bridged,
  options: ReaderAttachOptions,
): Detach | undefined {
  const usable = states.filter(
    (state) => typeof state.collect === 'function' && typeof state.selectAggregationTemporality === 'function',
  );
  const cumulative = usable.find((state) =>
    INSTRUMENT_TYPES.every((type) => state.selectAggregationTemporality(type) === CUMULATIVE),
  );
  if (cumulative !== undefined) return readAlong(cumulative, collector, options);
  return usable[0] === undefined ? undefined : followCollections(usable[0], collector, options);
}

/** A reader of ours beside the one that a state belongs to: flushed with it, and shut down with it unless it outlives it. */
function readAlong(state: ReaderState, collector: Bridged, { outlive, ...options }: ReaderAttachOptions): Detach {
  let isAttached = true;
  const reader = new RimpMetricReader(collector, options);
  reader.setMetricProducer({
    collect: async (how) => (isAttached ? state.collect(how) : NOTHING_COLLECTED),
  });
  const undo = [
    wrapMethod(state, 'forceFlush', async (forceFlush, how) => {
      await Promise.all([forceFlush(how), reader.forceFlush()]);
    }),
    wrapMethod(state, 'shutdown', async (shutdown, how) => {
      // ours collects a last time while the other still can
      await (outlive === true ? reader.forceFlush() : reader.shutdown());
      await shutdown(how);
    }),
    outlive === true ? collector[BRIDGE].alsoFlush(reader) : () => undefined,
  ];
  markPart(state, 'reader');
  return () => {
    isAttached = false;
    for (const step of undo) step();
    void reader.shutdown();
  };
}

/**
 * Gives the collector what somebody else collects from a state. If it is to outlive that, a reader of ours has it
 * collected from then on.
 */
function followCollections(
  state: ReaderState,
  collector: Bridged,
  { outlive, ...options }: ReaderAttachOptions,
): Detach {
  let isAttached = true;
  let successor: RimpMetricReader | undefined;
  const undo = [
    wrapMethod(state, 'collect', async (collect, how) => {
      const result = await collect(how);
      collector[BRIDGE].onCollection(result);
      return result;
    }),
  ];
  if (outlive === true) {
    undo.push(
      wrapMethod(state, 'shutdown', async (shutdown, how) => {
        await shutdown(how);
        if (!isAttached || successor !== undefined) return;
        successor = new RimpMetricReader(collector, options);
        successor.setMetricProducer({
          // all that follow the state get it by the collection itself, this collector too
          collect: async (some) => {
            if (isAttached) await state.collect(some);
            return NOTHING_COLLECTED;
          },
        });
      }),
      collector[BRIDGE].alsoFlush({ forceFlush: (how) => successor?.forceFlush(how) ?? state.forceFlush(how) }),
    );
  }
  markPart(state, 'reader');
  return () => {
    isAttached = false;
    for (const step of undo) step();
    void successor?.shutdown();
  };
}
