import { TelemetryError } from '../model/errors.js';
import { checkOptions, type Rule, withPresentNames } from '../model/options.js';
import { deadlineOf, leftUntil, within } from '../runtime/deadline.js';
import { MAX_DELAY_MILLIS, monotonicNow } from '../runtime/system-clock.js';
import { type Bridge, type Bridged, bridgeOf } from './bridge.js';
import { markPart } from './part-mark.js';
import type { CollectionResultLike } from './sdk-types.js';

/** What a MeterProvider gives a reader to collect from. */
export interface MetricProducerLike {
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResultLike>;
}

/** Settings of a {@link RimpMetricReader}. */
export interface RimpMetricReaderOptions {
  /** Milliseconds between collections; default 60,000. */
  readonly collectIntervalMillis?: number;
}

const RULES: Readonly<Record<keyof RimpMetricReaderOptions, Rule>> = {
  collectIntervalMillis: {
    isRight: (value) => typeof value === 'number' && value > 0 && value <= MAX_DELAY_MILLIS,
    expected: `a number from 1 to ${MAX_DELAY_MILLIS}`,
  },
};

const DEFAULT_INTERVAL_MILLIS = 60_000;
/** The longest that a callback of an observable instrument may take; the SDK goes on without it then. */
const COLLECT_TIMEOUT_MILLIS = 30_000;
/** What a collection may take beyond the time of its callbacks. */
const COLLECT_MARGIN_MILLIS = 100;
const CARDINALITY_LIMIT = 2_000;

/**
 * An `IMetricReader` for the `MeterProvider` of either SDK generation: what the provider's instruments measured comes
 * out of the collector as RIMP metrics, every `collectIntervalMillis`, at `forceFlush` and once more at `shutdown`. What the
 * facade itself measured is left out, as the collector has it already.
 *
 * A callback of an observable instrument that takes too long is left out and reported, and all else is collected:
 * after 30 s or `collectIntervalMillis`, or within half of the time that `forceFlush` and `shutdown` are given. Only then may
 * a collection begin while another one still waits.
 */
export class RimpMetricReader {
  readonly #bridge: Bridge;
  readonly #intervalMillis: number;
  #producer: MetricProducerLike | undefined;
  #cancelTimer: (() => void) | undefined;
  #collecting: Promise<unknown> = Promise.resolve();
  #shutdown: Promise<void> | undefined;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if `collector` is no collector, or an option is wrong. */
  constructor(collector: Bridged, given: RimpMetricReaderOptions = {}) {
    this.#bridge = bridgeOf(collector, 'RimpMetricReader');
    const options = withPresentNames('RimpMetricReader', given, { intervalMillis: 'collectIntervalMillis' });
    checkOptions('RimpMetricReader', options, RULES);
    this.#intervalMillis = options.collectIntervalMillis ?? DEFAULT_INTERVAL_MILLIS;
    markPart(this, 'reader');
  }

  /**
   * Called by the MeterProvider that the reader is given to.
   *
   * @throws TelemetryError if the reader has a provider already.
   */
  setMetricProducer(metricProducer: MetricProducerLike): void {
    if (this.#producer !== undefined) {
      throw new TelemetryError(
        'RIMP_INVALID_ARGUMENT',
        'RimpMetricReader: a reader belongs to one MeterProvider, and this one has its provider already',
      );
    }
    this.#producer = metricProducer;
    if (!this.#bridge.isOpen) return;
    this.#bridge.use();
    this.#schedule();
  }

  /** The default aggregation of each instrument. */
  selectAggregation(): { readonly type: 0 } {
    return { type: 0 };
  }

  /** Delta (0), but for up-down counters, which are cumulative (1). */
  selectAggregationTemporality(instrumentType: string): 0 | 1 {
    return instrumentType === 'UP_DOWN_COUNTER' || instrumentType === 'OBSERVABLE_UP_DOWN_COUNTER' ? 1 : 0;
  }

  /** Series of one instrument and interval beyond which the SDK folds further ones into one. */
  selectCardinalityLimit(): number {
    return CARDINALITY_LIMIT;
  }

  /**
   * Collects from the provider's instruments, and hands what was measured to the collector.
   *
   * @returns what was collected.
   */
  async collect(options?: { timeoutMillis?: number }): Promise<never> {
    if (this.#producer === undefined)
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', 'RimpMetricReader: not bound to a MeterProvider yet');
    if (this.#shutdown !== undefined) throw new TelemetryError('RIMP_CLOSED', 'RimpMetricReader: shut down');
    const timeoutMillis = Math.min(options?.timeoutMillis ?? COLLECT_TIMEOUT_MILLIS, MAX_DELAY_MILLIS);
    // the SDKs' own type, which this library doesn't import
    return (await this.#collect(timeoutMillis)) as never;
  }

  /**
   * Collects, and resolves when the collector's sinks have taken what is buffered; never rejects.
   *
   * @param options - `timeoutMillis`: how long it may take; default 30,000.
   */
  async forceFlush(options?: { timeoutMillis?: number }): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    await this.#flush(deadlineOf(options));
  }

  /** Collects a last time, then as {@link forceFlush}; never rejects. */
  shutdown(options?: { timeoutMillis?: number }): Promise<void> {
    if (this.#shutdown === undefined) {
      this.#cancelTimer?.();
      this.#shutdown = this.#flush(deadlineOf(options));
    }
    return this.#shutdown;
  }

  /** A quarter of the time is for a collection that is under way, half for callbacks, and the rest for the sinks. */
  async #flush(deadline: number): Promise<void> {
    const left = leftUntil(deadline);
    await this.#collectOnce(Math.min(left / 2, COLLECT_TIMEOUT_MILLIS), left / 4);
    await this.#bridge.drain(leftUntil(deadline));
  }

  #schedule(): void {
    this.#cancelTimer = this.#bridge.after(this.#intervalMillis, () => {
      const timeoutMillis = Math.min(this.#intervalMillis, COLLECT_TIMEOUT_MILLIS);
      // nobody waits for this one: it keeps no process alive
      void this.#collectOnce(timeoutMillis, timeoutMillis, false).finally(() => {
        if (this.#shutdown === undefined) this.#schedule();
      });
    });
  }

  async #collectOnce(timeoutMillis: number, waitMillis: number, keepsAlive = true): Promise<void> {
    try {
      await this.#collect(timeoutMillis, waitMillis, keepsAlive);
    } catch (error) {
      this.#bridge.report('collect', 'collecting metrics from OpenTelemetry failed', error);
    }
  }

  /**
   * Collects, and hands on what came, even after the time is over: the SDK gives what it collected only once.
   *
   * @param timeoutMillis - for the callbacks of observable instruments.
   * @param waitMillis - for a collection that is under way.
   * @param keepsAlive - whether the process is kept alive meanwhile.
   * @throws TelemetryError `RIMP_TIMEOUT` if the provider takes longer.
   */
  async #collect(
    timeoutMillis: number,
    waitMillis = timeoutMillis,
    keepsAlive = true,
  ): Promise<CollectionResultLike | undefined> {
    const collected = this.#take(this.#collecting, timeoutMillis, waitMillis, keepsAlive);
    this.#collecting = collected.catch(() => undefined);
    const deadline = monotonicNow() + waitMillis + timeoutMillis + COLLECT_MARGIN_MILLIS;
    return within(collected, deadline, 'a collection', keepsAlive);
  }

  async #take(
    before: Promise<unknown>,
    timeoutMillis: number,
    waitMillis: number,
    keepsAlive: boolean,
  ): Promise<CollectionResultLike | undefined> {
    await within(before, monotonicNow() + waitMillis, 'the collection before', keepsAlive).catch(() => undefined);
    const result = await this.#producer?.collect({ timeoutMillis });
    if (result !== undefined) this.#bridge.onCollection(result);
    return result;
  }
}
