import type { LogRecordLike, LogRecordProcessorLike } from '../../otel/sdk-types.js';
import type { Ledger } from '../../pipeline/counters.js';
import type { Clock } from '../../runtime/clock.js';
import type { Serialized, Serializer } from '../encode/serializer.js';
import type { DurableQueue } from '../queue/durable-queue.js';
import type { Delivery } from '../send/delivery.js';

/** Settings of a {@link DurableLogProcessor}. */
export interface DurableLogOptions {
  readonly queue: DurableQueue;
  readonly delivery: Delivery;
  readonly ledger: Ledger;
  readonly serializer: Serializer<Serialized['logs']>;
  /** Records that may wait for their resource; further ones are counted as `queue_full`. */
  readonly maxQueueSize: number;
  readonly report: (kind: string, what: string, error?: unknown) => void;
  readonly clock: Clock;
}

/** Records of one request in the queue. */
const BATCH_SIZE = 512;
/** How long records wait in memory for a resource that is being detected. */
const MAX_RESOURCE_MILLIS = 5_000;

/**
 * A `LogRecordProcessor` that has each record on disk when the current turn of the event loop ends, and sends it from
 * there: what was emitted before is still sent after the process was killed, by the next one.
 */
export class DurableLogProcessor implements LogRecordProcessorLike {
  readonly #options: DurableLogOptions;
  #batch: LogRecordLike[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  /** The resource of the records is not known yet. */
  #pending: Promise<void> | undefined;
  /** Resources that were waited for; none is twice. */
  readonly #awaited = new WeakSet<object>();
  #shutdown: Promise<void> | undefined;
  /** The event loop ends, or has ended: nothing is left for a later turn. */
  #isEnding = false;

  constructor(options: DurableLogOptions) {
    this.#options = options;
  }

  /** Records that are not on disk yet. */
  get waiting(): number {
    return this.#batch.length;
  }

  onEmit(record: LogRecordLike): void {
    const { ledger, maxQueueSize } = this.#options;
    ledger.accepted += 1;
    if (this.#shutdown !== undefined) {
      ledger.dropped.add('after_shutdown');
      return;
    }
    if (this.#batch.length >= maxQueueSize) {
      ledger.dropped.add('queue_full');
      return;
    }
    this.#batch.push(record);
    if (this.#isEnding) this.writeNow();
    else if (this.#batch.length >= BATCH_SIZE && this.#pending === undefined) this.write();
    else this.#scheduled ??= setImmediate(() => this.write());
  }

  /** Writes to disk what was emitted so far, unless its resource is being detected. */
  write(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#batch.length === 0 || this.#pending !== undefined) return;
    const pending = this.#batch.find(
      ({ resource }) => resource?.asyncAttributesPending === true && !this.#awaited.has(resource),
    );
    if (pending === undefined) this.writeNow();
    else this.#await(pending);
  }

  /** Writes to disk what was emitted so far, whatever is known of its resource. */
  writeNow(): void {
    const batch = this.#batch;
    this.#batch = [];
    for (let at = 0; at < batch.length; at += BATCH_SIZE) this.#append(batch.slice(at, at + BATCH_SIZE));
    this.#options.delivery.wake();
  }

  /** The process ends: writes what was emitted so far, and from now on each record at once. */
  endNow(): void {
    this.#isEnding = true;
    this.writeNow();
    this.#options.queue.persist();
  }

  /** Resolves when everything that was emitted before is sent, or stays on disk as it can't be; never rejects. */
  forceFlush(): Promise<void> {
    return this.#flush(false);
  }

  /** As {@link forceFlush}; what can't be sent now is left to the next process. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  async #flush(atOnce: boolean): Promise<void> {
    this.write();
    await this.#pending;
    await this.#options.delivery.drain({ atOnce });
  }

  async #end(): Promise<void> {
    await this.#flush(true);
    await this.#options.delivery.stop();
    await this.#options.queue.close();
  }

  #append(records: readonly LogRecordLike[]): void {
    const { queue, ledger, serializer, report } = this.#options;
    let payload: Uint8Array;
    try {
      payload = serializer.serialize(records);
    } catch (error) {
      if (records.length === 1) {
        ledger.dropped.add('not_serializable');
        report('otlp_serialize', 'a log record can not be written as OTLP', error);
      } else {
        // the others must not suffer for one of them
        for (const record of records) this.#append([record]);
      }
      return;
    }
    try {
      queue.append(payload, records.length);
    } catch (error) {
      ledger.dropped.add('disk_failed', records.length);
      report('otlp_disk_failed', 'the OTLP queue failed', error);
    }
  }

  #await({ resource }: LogRecordLike): void {
    this.#awaited.add(resource);
    const late = new Promise<void>((resolve) => this.#options.clock.after(MAX_RESOURCE_MILLIS, resolve));
    this.#pending = Promise.race([resource.waitForAsyncAttributes?.(), late])
      .catch((error: unknown) => this.#options.report('otlp_resource', 'a resource could not be detected', error))
      .finally(() => {
        this.#pending = undefined;
        this.write();
      });
  }
}
