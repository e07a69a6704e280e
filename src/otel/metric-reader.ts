import { show, TelemetryError } from '../model/errors.js';
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
  readonly intervalMillis?: number;
}

/** The longest delay that a timer takes. */
const MAX_DELAY_MILLIS = 2 ** 31 - 1;
const DEFAULT_INTERVAL_MILLIS = 60_000;
const SHUTDOWN_TIMEOUT_MILLIS = 30_000;
const COLLECT_TIMEOUT_MILLIS = 30_000;
const CARDINALITY_LIMIT = 2_000;

/**
 * An `IMetricReader` for the `MeterProvider` of either SDK generation: what the provider's instruments measured comes
 * out of the collector as RIMP metrics, every `intervalMillis`, at `forceFlush` and once more at `shutdown`. What the
 * facade itself measured is left out, as the collector has it already. Collections never overlap.
 */
export class RimpMetricReader {
  readonly #bridge: Bridge;
  readonly #intervalMillis: number;
  #producer: MetricProducerLike | undefined;
  #cancelTimer: (() => void) | undefined;
  #collecting: Promise<unknown> = Promise.resolve();
  #shutdown: Promise<void> | undefined;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` where `collector` is no collector, or the interval no interval. */
  constructor(collector: Bridged, options: RimpMetricReaderOptions = {}) {
    this.#bridge = bridgeOf(collector, 'RimpMetricReader');
    const interval = options.intervalMillis ?? DEFAULT_INTERVAL_MILLIS;
    if (typeof interval !== 'number' || !(interval > 0 && interval <= MAX_DELAY_MILLIS)) {
      throw new TelemetryError(
        'RIMP_INVALID_ARGUMENT',
        `RimpMetricReader: expected "intervalMillis" to be a number from 1 to ${MAX_DELAY_MILLIS}, got ${show(interval)}`,
      );
    }
    this.#intervalMillis = interval;
    markPart(this, 'reader');
  }

  /**
   * Called by the MeterProvider that the reader is given to.
   *
   * @throws TelemetryError where the reader has a provider already.
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
    // the SDKs' own type, which this library doesn't import
    return (await this.#collectNext(options)) as never;
  }

  /** Collects, and resolves when the collector's sinks have taken what is buffered; never rejects. */
  async forceFlush(options?: { timeoutMillis?: number }): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    await this.#collectOnce();
    await this.#bridge.drain(options?.timeoutMillis);
  }

  /** Collects a last time, then as {@link forceFlush}; never rejects. */
  shutdown(options?: { timeoutMillis?: number }): Promise<void> {
    this.#shutdown ??= this.#end(options?.timeoutMillis ?? SHUTDOWN_TIMEOUT_MILLIS);
    return this.#shutdown;
  }

  async #end(timeoutMillis: number): Promise<void> {
    this.#cancelTimer?.();
    await this.#collectOnce();
    await this.#bridge.drain(timeoutMillis);
  }

  #schedule(): void {
    this.#cancelTimer = this.#bridge.after(this.#intervalMillis, () => {
      void this.#collectOnce().finally(() => {
        if (this.#shutdown === undefined) this.#schedule();
      });
    });
  }

  async #collectOnce(): Promise<void> {
    try {
      await this.#collectNext();
    } catch (error) {
      this.#bridge.report('collect', 'collecting metrics from OpenTelemetry failed', error);
    }
  }

  /** Collects after the collection that is under way, if one is: whoever waits has what was measured before. */
  #collectNext(options: { timeoutMillis?: number } = {}): Promise<CollectionResultLike | undefined> {
    const producer = this.#producer;
    const turn = this.#collecting.then(async () => {
      const result = await producer?.collect({ timeoutMillis: COLLECT_TIMEOUT_MILLIS, ...options });
      if (result !== undefined) this.#bridge.onCollection(result);
      return result;
    });
    this.#collecting = turn.catch(() => undefined);
    return turn;
  }
}
