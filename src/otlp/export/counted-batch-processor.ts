import type { LogRecordLike, LogRecordProcessorLike } from '../../otel/sdk-types.js';
import { Ledger, type LedgerFigures } from '../../pipeline/counters.js';
import type { LossReport } from '../../pipeline/loss-report.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import { holdProcess } from '../../runtime/process-hold.js';
import type { Batching } from '../config/batching.js';
import type { PackedLogs } from '../encode/packed-logs.js';
import type { BatchExporter } from './batch-exporter.js';
import { ExitWatch } from './exit-watch.js';
import { ExportsUnderWay } from './exports-under-way.js';
import { ResourceWait } from './resource-wait.js';
import { type Batch, partsOf, WaitingBatches } from './waiting-batches.js';

/** Settings of a {@link CountedBatchProcessor}. */
export interface CountedBatchOptions {
  readonly exporter: BatchExporter<readonly LogRecordLike[] | PackedLogs>;
  /** Makes the records of a whole batch smaller while they wait; default: they wait as they are. */
  readonly pack?: ((records: readonly LogRecordLike[]) => readonly LogRecordLike[] | PackedLogs) | undefined;
  /** Exports that may be under way together; default 1, as the specification asks of an exporter. */
  readonly maxExports?: number | undefined;
  readonly batching: Batching;
  readonly clock: Clock;
  /** Hears of exports that failed and of the first records that find no room. */
  readonly report: LossReport;
}

const QUEUE_FULL = ['queue_full'];
const DEFAULT_DELAY_MILLIS = 1_000;
/** Records of one export when more than a batch waits, unless somebody asked for a size. */
const MAX_JOINED_RECORDS = 2_048;

/**
 * A `LogRecordProcessor` that exports in batches, as the SDK's own does, and counts: admission is bounded, and whatever an
 * export comes to, the next one has its turn. Batches leave one after the other. As long as the endpoint takes what it
 * gets, those that had to wait leave together, and several exports are under way if more than that waits: a failed export
 * of many would lose many.
 */
export class CountedBatchProcessor implements LogRecordProcessorLike {
  readonly #options: CountedBatchOptions;
  readonly #ledger: Ledger;
  readonly #resources: ResourceWait;
  readonly #batches: WaitingBatches;
  readonly #atExit: ExitWatch;
  /** The records of the next batch. */
  #queue: LogRecordLike[] = [];
  /** Records that are being exported. */
  #exporting = 0;
  readonly #exports = new ExportsUnderWay();
  /** Records, of all that were ever admitted, whose export somebody waits for. */
  #target = 0;
  /** The last export delivered all it had. */
  #isTaken = false;
  #isRunning = false;
  #cancelTimer: (() => void) | undefined;
  #waiting: (() => void)[] = [];
  #shutdown: Promise<void> | undefined;
  #abandoned = false;

  constructor(options: CountedBatchOptions) {
    const { isBatchSizeGiven, maxExportBatchSize } = options.batching;
    this.#options = options;
    this.#batches = new WaitingBatches(isBatchSizeGiven ? maxExportBatchSize : MAX_JOINED_RECORDS);
    this.#ledger = new Ledger(() => this.#outstanding);
    this.#resources = new ResourceWait(options.clock, options.report);
    this.#atExit = this.#exitWatch();
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
        undefined,
        QUEUE_FULL,
      );
      return;
    }
    this.#atExit.begin();
    this.#queue.push(record);
    if (this.#queue.length >= batching.maxExportBatchSize) {
      this.#close();
      this.#start();
    } else this.#schedule();
  }

  /** Resolves when everything that was taken in before has been exported or is counted as lost; never rejects. */
  async forceFlush(): Promise<void> {
    const target = this.#admitted;
    this.#target = target;
    if (this.#outstanding > 0) this.#start();
    const letGo = holdProcess();
    const flushed = this.#options.exporter.flush();
    while (this.#exports.settled < target && !this.#abandoned && !this.#atExit.isLate)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    await flushed;
    letGo();
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
      this.#batches.clear();
      this.#exporting = 0;
      this.#atExit.end();
      this.#wake();
    }
    await this.#options.exporter.shutdown();
  }

  get #outstanding(): number {
    return this.#batches.records + this.#queue.length + this.#exporting;
  }

  /** Records that ever entered the queue. */
  get #admitted(): number {
    return this.#exports.begun + this.#batches.records + this.#queue.length;
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
    if (this.#isRunning || this.#batches.records + this.#queue.length === 0) return;
    this.#cancelTimer ??= inBackground(() =>
      clock.after(batching.scheduledDelayMillis ?? DEFAULT_DELAY_MILLIS, () => {
        this.#target = this.#admitted;
        this.#start();
      }),
    );
  }

  #start(): void {
    // one that begins has all of this before it
    const isBeginning = this.#isRunning && this.#exports.count === 0;
    if (isBeginning || !this.#mayBegin) return;
    this.#isRunning = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    // whoever emits goes on first
    inBackground(() => queueMicrotask(() => this.#exportAll()));
  }

  /** Ends the batch that is gathered. */
  #close(): void {
    const records = this.#queue;
    this.#queue = [];
    this.#batches.push({ items: this.#options.pack?.(records) ?? records, size: records.length });
  }

  /** Begins exports as long as there is a whole batch, or somebody waits for what is there. */
  #exportAll(): void {
    while (this.#mayBegin) {
      if (this.#batches.records === 0 && this.#queue.length > 0 && this.#exports.begun < this.#target) this.#close();
      const batch = this.#isTaken ? this.#batches.takeJoined() : this.#batches.take();
      if (batch === undefined) break;
      const end = this.#exports.begin(batch.size);
      this.#exporting += batch.size;
      void this.#export(batch).then(() => {
        end();
        this.#wake();
        this.#exportAll();
      });
    }
    if (this.#exports.count > 0) return;
    this.#isRunning = false;
    if (this.#outstanding === 0) this.#atExit.end();
    this.#schedule();
  }

  #exitWatch(): ExitWatch {
    const isBusy = (): boolean => this.#outstanding > this.#queue.length;
    return new ExitWatch(this.#options.clock, {
      get isBusy() {
        return isBusy();
      },
      flush: () => this.forceFlush(),
      wake: () => this.#wake(),
      exit: () => this.#countLeft(),
    });
  }

  /** What is left at the end of the process is lost. */
  #countLeft(): void {
    const left = this.#outstanding;
    if (left === 0 || this.#abandoned) return;
    void this.abandon();
    this.#options.report('otlp_exit', `the process ended before ${left} log records were sent over OTLP`, undefined, [
      'shutdown_timeout',
    ]);
  }

  get #mayBegin(): boolean {
    const { maxExports = 1 } = this.#options;
    if (this.#exports.count === 0) return true;
    return this.#isTaken && this.#exports.count < maxExports && this.#batches.fillsRequest;
  }

  async #export(batch: Batch): Promise<void> {
    const { items, size } = batch;
    for (;;) {
      const pending = Array.isArray(items) ? this.#resources.pendingOf(items as LogRecordLike[]) : undefined;
      if (pending === undefined) break;
      await this.#resources.wait(pending);
    }
    if (this.#abandoned) return;
    const outcome = await this.#options.exporter.export(items, size, batch.parts !== undefined);
    if (this.#abandoned) return;
    this.#isTaken = outcome.error === undefined;
    if (outcome.refused === 'too_large') this.#batches.joinLessThan(batch);
    const parts = partsOf(batch, outcome);
    if (parts !== undefined) {
      // the others must not suffer for one of them
      for (const part of parts) await this.#export(part);
      return;
    }
    this.#exporting -= size;
    this.#ledger.delivered += outcome.delivered;
    this.#ledger.dropped.addAll(outcome.dropped);
    if (outcome.error !== undefined) {
      const count = size - outcome.delivered;
      this.#options.report(
        'otlp_export',
        `exporting ${count} log records over OTLP failed`,
        outcome.error,
        Object.keys(outcome.dropped),
      );
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
