import type { LogRecordLike, LogRecordProcessorLike } from '../../otel/sdk-types.js';
import { Ledger, type LedgerFigures } from '../../pipeline/counters.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import type { Batching } from '../config/batching.js';
import type { BatchExporter } from './batch-exporter.js';
import { ResourceWait } from './resource-wait.js';

/** Settings of a {@link CountedBatchProcessor}. */
export interface CountedBatchOptions {
  readonly exporter: BatchExporter<readonly LogRecordLike[]>;
  readonly batching: Batching;
  readonly clock: Clock;
  /** Hears of exports that failed and of the first records that find no room. */
  readonly report: (kind: string, what: string, error?: unknown) => void;
}

const DEFAULT_DELAY_MILLIS = 1_000;

/**
 * A `LogRecordProcessor` that exports in batches, one after the other, as the SDK's own does, and counts: admission is
 * bounded, and whatever an export comes to, the next one has its turn.
 */
export class CountedBatchProcessor implements LogRecordProcessorLike {
  readonly #options: CountedBatchOptions;
  readonly #ledger: Ledger;
  readonly #resources: ResourceWait;
  #queue: LogRecordLike[] = [];
  /** Records that are being exported. */
  #exporting = 0;
  /** Records that left the queue for good, and how many of them somebody waits for. */
  #settled = 0;
  #target = 0;
  #isRunning = false;
  #cancelTimer: (() => void) | undefined;
  #waiting: (() => void)[] = [];
  #shutdown: Promise<void> | undefined;
  #abandoned = false;

  constructor(options: CountedBatchOptions) {
    this.#options = options;
    this.#ledger = new Ledger(() => this.#outstanding);
    this.#resources = new ResourceWait(options.clock, options.report);
  }

  get figures(): LedgerFigures {
    return this.#ledger.figures;
  }

  onEmit(record: LogRecordLike): void {
    const { batching, report } = this.#options;
    this.#ledger.accepted += 1;
    if (this.#shutdown !== undefined) {
      this.#ledger.dropped.add('after_shutdown');
      return;
    }
    if (this.#outstanding >= batching.maxQueueSize) {
      this.#ledger.dropped.add('queue_full');
      report(
        'otlp_queue_full',
        `the queue of ${batching.maxQueueSize} log records in front of the OTLP exporter is full, records are lost`,
      );
      return;
    }
    this.#queue.push(record);
    if (this.#queue.length >= batching.maxExportBatchSize) this.#start();
    else this.#schedule();
  }

  /** Resolves when everything that was taken in before has been exported or is counted as lost; never rejects. */
  async forceFlush(): Promise<void> {
    const target = this.#settled + this.#outstanding;
    this.#target = Math.max(this.#target, target);
    if (this.#outstanding > 0) this.#start();
    const flushed = this.#options.exporter.flush();
    while (this.#settled < target && !this.#abandoned)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    await flushed;
  }

  /** Takes nothing more, flushes within the time of an export, and ends the exporter; never rejects. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  /** Counts what still waits as lost: nobody waits for it any longer. */
  async abandon(): Promise<void> {
    this.#cancelTimer?.();
    if (!this.#abandoned) {
      this.#abandoned = true;
      this.#ledger.dropped.add('shutdown_timeout', this.#outstanding);
      this.#queue = [];
      this.#exporting = 0;
      this.#wake();
    }
    await this.#options.exporter.shutdown();
  }

  get #outstanding(): number {
    return this.#queue.length + this.#exporting;
  }

  async #end(): Promise<void> {
    const { clock, batching } = this.#options;
    const cancel = clock.after(batching.exportTimeoutMillis, () => void this.abandon());
    await this.forceFlush();
    cancel();
    await this.abandon();
  }

  #schedule(): void {
    const { clock, batching } = this.#options;
    if (this.#isRunning || this.#queue.length === 0) return;
    this.#cancelTimer ??= inBackground(() =>
      clock.after(batching.scheduledDelayMillis ?? DEFAULT_DELAY_MILLIS, () => {
        this.#target = this.#settled + this.#outstanding;
        this.#start();
      }),
    );
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    void inBackground(() => this.#run());
  }

  /** Exports as long as there is a whole batch, or somebody waits for what is there. */
  async #run(): Promise<void> {
    const { maxExportBatchSize } = this.#options.batching;
    // whoever emits goes on first
    await Promise.resolve();
    while (this.#queue.length >= maxExportBatchSize || (this.#queue.length > 0 && this.#settled < this.#target)) {
      const batch = this.#queue.splice(0, maxExportBatchSize);
      this.#exporting = batch.length;
      await this.#export(batch);
    }
    this.#isRunning = false;
    this.#schedule();
  }

  async #export(batch: readonly LogRecordLike[]): Promise<void> {
    for (;;) {
      const pending = this.#resources.pendingOf(batch);
      if (pending === undefined) break;
      await this.#resources.wait(pending);
    }
    if (this.#abandoned) return;
    const outcome = await this.#options.exporter.export(batch, batch.length);
    if (this.#abandoned) return;
    const halves = halvesOf(batch);
    if (outcome.dropped.not_serializable !== undefined && halves !== undefined) {
      // the others must not suffer for one of them
      for (const half of halves) await this.#export(half);
      return;
    }
    this.#exporting -= batch.length;
    this.#settled += batch.length;
    this.#ledger.delivered += outcome.delivered;
    for (const [reason, count] of Object.entries(outcome.dropped)) this.#ledger.dropped.add(reason, count);
    if (outcome.error !== undefined) {
      const count = batch.length - outcome.delivered;
      this.#options.report('otlp_export', `exporting ${count} log records over OTLP failed`, outcome.error);
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function halvesOf<T>(items: readonly T[]): readonly (readonly T[])[] | undefined {
  const half = items.length >> 1;
  return half === 0 ? undefined : [items.slice(0, half), items.slice(half)];
}
