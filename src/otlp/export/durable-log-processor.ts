import type { LogRecordLike, LogRecordProcessorLike } from '../../otel/sdk-types.js';
import type { LedgerFigures } from '../../pipeline/counters.js';
import type { LossReport } from '../../pipeline/loss-report.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import { onExit } from '../../runtime/exit-hook.js';
import type { Batching } from '../config/batching.js';
import type { DurableSender } from './durable-sender.js';
import { ResourceWait } from './resource-wait.js';

/** Settings of a {@link DurableLogProcessor}. */
export interface DurableLogOptions {
  readonly sender: DurableSender<'logs'>;
  /** Of its queue size, records that wait in memory for their resource: further ones are counted as `queue_full`. */
  readonly batching: Batching;
  readonly report: LossReport;
  readonly clock: Clock;
}

/**
 * A `LogRecordProcessor` that has each record on disk when the current turn of the event loop ends, and sends it from
 * there: what was emitted before is still sent after the process was killed, by the next one.
 */
export class DurableLogProcessor implements LogRecordProcessorLike {
  readonly #options: DurableLogOptions;
  readonly #resources: ResourceWait;
  #batch: LogRecordLike[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  /** The resource of the records is not known yet. */
  #pending: Promise<void> | undefined;
  /** What is on disk is sent when this timer is over. */
  #cancelDelay: (() => void) | undefined;
  #leaveExit: (() => void) | undefined;
  #shutdown: Promise<void> | undefined;
  /** The event loop ends, or has ended: nothing is left for a later turn. */
  #isEnding = false;

  constructor(options: DurableLogOptions) {
    this.#options = options;
    this.#resources = new ResourceWait(options.clock, options.report);
  }

  /** From now on the end of the process has it write what is still in memory. */
  watchExit(): void {
    const isPending = (): boolean => this.#batch.length > 0;
    this.#leaveExit ??= onExit({
      get isPending() {
        return isPending();
      },
      beforeExit: () => this.forceFlush(),
      exit: () => this.#endNow(),
    });
  }

  get figures(): LedgerFigures {
    const { figures } = this.#options.sender.ledger;
    return { ...figures, queued: figures.queued + this.#batch.length };
  }

  onEmit(record: LogRecordLike): void {
    const { sender, batching } = this.#options;
    const { ledger } = sender;
    ledger.accepted += 1;
    if (this.#shutdown !== undefined) {
      ledger.dropped.add('after_shutdown');
      return;
    }
    if (this.#batch.length >= batching.maxQueueSize) {
      ledger.dropped.add('queue_full');
      this.#options.report(
        'otlp_queue_full',
        `${batching.maxQueueSize} log records wait for their resource, further ones are lost`,
        undefined,
        ['queue_full'],
      );
      return;
    }
    this.#batch.push(record);
    if (this.#isEnding) this.#writeNow();
    else if (this.#batch.length >= batching.maxExportBatchSize && this.#pending === undefined) this.#write();
    else this.#scheduled ??= inBackground(() => setImmediate(() => this.#write()));
  }

  /** Resolves when everything that was emitted before is sent, or stays on disk as it can't be; never rejects. */
  async forceFlush(): Promise<void> {
    await this.#writeAll();
    await this.#options.sender.flush();
  }

  /** As {@link forceFlush}; what can't be sent now is left to the next process. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  /** Sends nothing more: what was emitted so far is left to the next process. */
  async abandon(): Promise<void> {
    this.#shutdown ??= Promise.resolve();
    this.#writeNow();
    this.#leave();
    await this.#options.sender.abandon();
  }

  async #end(): Promise<void> {
    await this.#writeAll();
    await this.#options.sender.end();
    this.#leave();
  }

  #leave(): void {
    this.#cancelDelay?.();
    this.#leaveExit?.();
  }

  async #writeAll(): Promise<void> {
    this.#write();
    await this.#pending;
  }

  /** Writes to disk what was emitted so far, unless its resource is being detected. */
  #write(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#batch.length === 0 || this.#pending !== undefined) return;
    const pending = this.#resources.pendingOf(this.#batch);
    if (pending === undefined) {
      this.#writeNow();
      return;
    }
    this.#pending = this.#resources.wait(pending).finally(() => {
      this.#pending = undefined;
      this.#write();
    });
  }

  /** Writes to disk what was emitted so far, whatever is known of its resource. */
  #writeNow(): void {
    const { maxExportBatchSize } = this.#options.batching;
    const batch = this.#batch;
    this.#batch = [];
    for (let at = 0; at < batch.length; at += maxExportBatchSize)
      this.#append(batch.slice(at, at + maxExportBatchSize));
    this.#wake();
  }

  /** The process ends: writes what was emitted so far, and from now on each record at once. */
  #endNow(): void {
    this.#isEnding = true;
    this.#writeNow();
    this.#options.sender.persist();
  }

  #append(records: readonly LogRecordLike[]): void {
    const { sender } = this.#options;
    const error = sender.append(records, records.length);
    if (error === undefined) return;
    if (records.length === 1) sender.lose(1, error);
    // the others must not suffer for one of them
    else for (const record of records) this.#append([record]);
  }

  /** Sends what is on disk: at once, unless somebody asked for batches. */
  #wake(): void {
    const { sender, batching, clock } = this.#options;
    if (batching.scheduledDelayMillis === undefined || sender.queued >= batching.maxExportBatchSize) {
      sender.wake();
    } else {
      this.#cancelDelay ??= clock.after(batching.scheduledDelayMillis, () => {
        this.#cancelDelay = undefined;
        sender.wake();
      });
    }
  }
}
