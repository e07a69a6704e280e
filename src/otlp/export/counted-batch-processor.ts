import type { LogRecordLike, LogRecordProcessorLike } from '../../otel/sdk-types.js';
import { Ledger, type LedgerFigures } from '../../pipeline/counters.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import type { Batching } from '../config/batching.js';
import type { PackedLogs } from '../encode/packed-logs.js';
import type { BatchExporter } from './batch-exporter.js';
import { ResourceWait } from './resource-wait.js';

/** Settings of a {@link CountedBatchProcessor}. */
export interface CountedBatchOptions {
  readonly exporter: BatchExporter<readonly LogRecordLike[] | PackedLogs>;
  /** Makes the records of a whole batch smaller while they wait; default: they wait as they are. */
  readonly pack?: ((records: readonly LogRecordLike[]) => readonly LogRecordLike[] | PackedLogs) | undefined;
  readonly batching: Batching;
  readonly clock: Clock;
  /** Hears of exports that failed and of the first records that find no room. */
  readonly report: (kind: string, what: string, error?: unknown) => void;
}

/** Records that are exported together. */
interface Batch {
  readonly items: readonly LogRecordLike[] | PackedLogs;
  readonly size: number;
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
  /** Whole batches that wait, in order, and how many records they are. */
  #batches: Batch[] = [];
  #inBatches = 0;
  /** The records of the next batch. */
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
    if (this.#queue.length >= batching.maxExportBatchSize) {
      this.#close();
      this.#start();
    } else this.#schedule();
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
      this.#batches = [];
      this.#inBatches = 0;
      this.#exporting = 0;
      this.#wake();
    }
    await this.#options.exporter.shutdown();
  }

  get #outstanding(): number {
    return this.#inBatches + this.#queue.length + this.#exporting;
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
    if (this.#isRunning || this.#inBatches + this.#queue.length === 0) return;
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

  /** Ends the batch that is gathered. */
  #close(): void {
    const records = this.#queue;
    this.#queue = [];
    this.#inBatches += records.length;
    this.#batches.push({ items: this.#options.pack?.(records) ?? records, size: records.length });
  }

  /** Exports as long as there is a whole batch, or somebody waits for what is there. */
  async #run(): Promise<void> {
    // whoever emits goes on first
    await Promise.resolve();
    for (;;) {
      if (this.#batches.length === 0 && this.#queue.length > 0 && this.#settled < this.#target) this.#close();
      const batch = this.#batches.shift();
      if (batch === undefined) break;
      this.#inBatches -= batch.size;
      this.#exporting = batch.size;
      await this.#export(batch);
    }
    this.#isRunning = false;
    this.#schedule();
  }

  async #export({ items, size }: Batch): Promise<void> {
    for (;;) {
      const pending = Array.isArray(items) ? this.#resources.pendingOf(items as LogRecordLike[]) : undefined;
      if (pending === undefined) break;
      await this.#resources.wait(pending);
    }
    if (this.#abandoned) return;
    const outcome = await this.#options.exporter.export(items, size);
    if (this.#abandoned) return;
    const halves = outcome.dropped.not_serializable === undefined ? undefined : halvesOf(items);
    if (halves !== undefined) {
      // the others must not suffer for one of them
      for (const half of halves) await this.#export(half);
      return;
    }
    this.#exporting -= size;
    this.#settled += size;
    this.#ledger.delivered += outcome.delivered;
    for (const [reason, count] of Object.entries(outcome.dropped)) this.#ledger.dropped.add(reason, count);
    if (outcome.error !== undefined) {
      const count = size - outcome.delivered;
      this.#options.report('otlp_export', `exporting ${count} log records over OTLP failed`, outcome.error);
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function halvesOf(items: Batch['items']): readonly Batch[] | undefined {
  if (!Array.isArray(items) || items.length < 2) return undefined;
  const records = items as readonly LogRecordLike[];
  const half = records.length >> 1;
  return [records.slice(0, half), records.slice(half)].map((part) => ({ items: part, size: part.length }));
}
