import type { Constructor } from '../../otel/load-sdk.js';
import type { Context, LogRecordLike, LogRecordProcessorLike } from '../../otel/sdk-types.js';
import { Ledger, type LedgerFigures } from '../../pipeline/counters.js';
import { type ExporterLike, tellExports } from './counted-export.js';

/** Records that wait for the exporter, unless told otherwise. */
export const DEFAULT_MAX_QUEUE_SIZE = 131_072;

const EXPORT_BATCH_SIZE = 512;

/** Settings of a {@link CountedBatchProcessor}. */
export interface CountedBatchOptions {
  /** The SDK's class. */
  readonly BatchLogRecordProcessor: Constructor;
  /** An exporter that was made for this processor. */
  readonly exporter: object;
  /** Records that may wait; further ones are counted as `queue_full`. Default 131,072. */
  readonly maxQueueSize?: number | undefined;
  /** Is told of exports that failed and of the first records that find no room. */
  readonly report: (kind: string, what: string, error?: unknown) => void;
}

/**
 * The SDK's `BatchLogRecordProcessor` with books: admission is bounded before its queue, which drops without a word, and
 * the result of each export is counted.
 */
export class CountedBatchProcessor implements LogRecordProcessorLike {
  readonly #inner: LogRecordProcessorLike;
  readonly #maxQueueSize: number;
  readonly #report: CountedBatchOptions['report'];
  readonly #ledger: Ledger;
  #outstanding = 0;
  #settled = 0;
  #waiting: (() => void)[] = [];
  #shutdown: Promise<void> | undefined;
  #abandoned = false;

  constructor(options: CountedBatchOptions) {
    this.#report = options.report;
    this.#maxQueueSize = options.maxQueueSize ?? DEFAULT_MAX_QUEUE_SIZE;
    this.#ledger = new Ledger(() => this.#outstanding);
    const exporter = options.exporter as ExporterLike<readonly LogRecordLike[]>;
    tellExports(exporter, (records, error) => this.#settle(records.length, error));
    const config = {
      maxQueueSize: this.#maxQueueSize,
      maxExportBatchSize: Math.min(EXPORT_BATCH_SIZE, this.#maxQueueSize),
    };
    // before sdk-logs 0.220 the arguments are (exporter, config), from then on ({ exporter, …config }): this is both
    const either = Object.assign(exporter, { exporter }, config);
    this.#inner = new options.BatchLogRecordProcessor(either, config) as LogRecordProcessorLike;
  }

  get figures(): LedgerFigures {
    return this.#ledger.figures;
  }

  onEmit(record: LogRecordLike, context?: Context): void {
    this.#ledger.accepted += 1;
    if (this.#shutdown !== undefined) {
      this.#ledger.dropped.add('after_shutdown');
      return;
    }
    if (this.#outstanding >= this.#maxQueueSize) {
      this.#ledger.dropped.add('queue_full');
      this.#report(
        'otlp_queue_full',
        `the queue of ${this.#maxQueueSize} log records in front of the OTLP exporter is full, records are lost`,
      );
      return;
    }
    this.#outstanding += 1;
    try {
      this.#inner.onEmit(record, context);
    } catch (error) {
      this.#settle(1, error);
    }
  }

  /** Resolves when everything that was taken in before has been exported or is counted as lost; never rejects. */
  async forceFlush(): Promise<void> {
    const target = this.#settled + this.#outstanding;
    while (this.#settled < target && !this.#abandoned) {
      const before = this.#settled;
      try {
        await this.#inner.forceFlush();
      } catch (error) {
        this.#report('otlp_flush', 'flushing the OTLP exporter failed', error);
      }
      // the SDK's second flush during one returns at once, with nothing exported
      if (this.#settled === before && this.#settled < target) await this.#nextSettled();
    }
  }

  /** Takes nothing more, flushes and ends the exporter; never rejects. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  /** Counts what still waits as lost: nobody waits for it any longer. */
  abandon(): void {
    this.#abandoned = true;
    this.#ledger.dropped.add('shutdown_timeout', this.#outstanding);
    this.#outstanding = 0;
    this.#wake();
  }

  async #end(): Promise<void> {
    await this.forceFlush();
    try {
      await this.#inner.shutdown();
    } catch (error) {
      this.#report('otlp_shutdown', 'shutting down the OTLP exporter failed', error);
    }
  }

  #settle(count: number, error: unknown): void {
    if (this.#abandoned) return;
    this.#outstanding -= count;
    this.#settled += count;
    if (error === undefined) {
      this.#ledger.delivered += count;
    } else {
      this.#ledger.dropped.add('export_failed', count);
      this.#report('otlp_export', `exporting ${count} log records over OTLP failed`, error);
    }
    this.#wake();
  }

  #nextSettled(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
