import { TelemetryError, toError } from '../../model/errors.js';
import { Ledger } from '../../pipeline/counters.js';
import type { LossReport } from '../../pipeline/loss-report.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import type { Endpoint } from '../config/endpoint.js';
import type { OtlpQueueOptions, Signal } from '../config/settings.js';
import type { Serialized, Serializer } from '../encode/serializer.js';
import { DurableQueue } from '../queue/durable-queue.js';
import type { QueueLoss } from '../queue/queue-options.js';
import { OtlpClient } from '../send/client.js';
import { Delivery } from '../send/delivery.js';

/** Settings of a {@link DurableSender}. */
export interface DurableSenderOptions<S extends Signal> {
  readonly signal: S;
  readonly endpoint: Endpoint;
  readonly queue: OtlpQueueOptions;
  readonly serializer: Serializer<Serialized[S]>;
  /** Items of one request; default: no limit but that of bytes. */
  readonly maxItems?: number | undefined;
  readonly clock: Clock;
  readonly report: LossReport;
  /** The name that an error message begins with. */
  readonly who: string;
}

/** Bytes of one signal that may wait. */
const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;

/** What both signals share that are sent from a queue on disk: the queue, the delivery, and the counters of both. */
export class DurableSender<S extends Signal> {
  /** Whoever takes items in counts them here as accepted, and those that never reach the queue as dropped. */
  readonly ledger = new Ledger(() => this.queued);
  readonly #options: DurableSenderOptions<S>;
  readonly #queue: DurableQueue;
  readonly #delivery: Delivery;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the directory can't be one. */
  constructor(options: DurableSenderOptions<S>) {
    this.#options = options;
    const { serializer, endpoint, clock, report, maxItems } = options;
    this.#queue = this.#open();
    this.#delivery = new Delivery({
      source: this.#queue,
      client: new OtlpClient(endpoint),
      ledger: this.ledger,
      clock,
      maxItems,
      partialSuccess: (response) => serializer.partialSuccess(response),
      report,
    });
  }

  /** Items that wait in the queue. */
  get queued(): number {
    // both are absent while the queue is opened
    return (this.#queue?.items ?? 0) - (this.#delivery?.settledInFlight ?? 0);
  }

  /** Serialises items and puts them into the queue; gives the error if they can't be serialised. */
  append(items: Serialized[S], count: number): Error | undefined {
    const { serializer, report } = this.#options;
    let payload: Uint8Array;
    try {
      payload = serializer.serialize(items);
    } catch (error) {
      return toError(error);
    }
    try {
      inBackground(() => this.#queue.append(payload, count));
    } catch (error) {
      this.ledger.dropped.add('disk_failed', count);
      report('otlp_disk_failed', 'the OTLP queue failed', error, ['disk_failed']);
    }
    return undefined;
  }

  /** Counts items that can't be serialised. */
  lose(count: number, error: Error): void {
    const { report, signal } = this.#options;
    this.ledger.dropped.add('not_serializable', count);
    report('otlp_serialize', `${count} items of ${signal} can't be written as OTLP`, error, ['not_serializable']);
  }

  /** There is something to be sent. */
  wake(): void {
    this.#delivery.wake();
  }

  /**
   * Resolves when what waits now is sent, or an attempt to send it fails: then it stays on disk.
   *
   * @throws TelemetryError `RIMP_STORAGE` if it waits in memory alone, as the disk takes nothing.
   */
  async flush(): Promise<void> {
    await this.#delivery.drain();
    const items = this.#queue.unwritten();
    if (items === 0) return;
    const what = `${items} items are neither sent nor on the disk: they wait in memory`;
    throw new TelemetryError('RIMP_STORAGE', `${what} until ${this.#options.queue.directory} can be written`);
  }

  /** The process ends: writes what waits in memory. */
  persist(): void {
    inBackground(() => this.#queue.persist());
  }

  /** Sends what can be sent now, and leaves the rest to the next process. */
  async end(): Promise<void> {
    await this.#delivery.drain({ atOnce: true });
    await this.#delivery.stop();
    await this.#queue.close();
  }

  /** Sends nothing more, and leaves what waits to the next process. */
  async abandon(): Promise<void> {
    await this.#delivery.stop({ abort: true });
    await this.#queue.close();
  }

  #open(): DurableQueue {
    const { signal, endpoint, queue, clock, report, who } = this.#options;
    try {
      return inBackground(
        () =>
          new DurableQueue({
            directory: queue.directory,
            signal,
            protocol: endpoint.protocol,
            maxBytes: queue.maxBytes ?? DEFAULT_MAX_BYTES,
            clock,
            onLost: (items, reason, error) => this.#onLost(items, reason, error),
            onDamage: (what, isLoss) =>
              report('otlp_damage', `the OTLP queue: ${what}`, undefined, isLoss === true ? ['disk_failed'] : []),
            onFound: (items) => {
              this.ledger.accepted += items;
              this.#delivery?.wake();
            },
          }),
      );
    } catch (error) {
      throw new TelemetryError(
        'RIMP_INVALID_ARGUMENT',
        `${who}: expected "otlp.queue.directory" to be a directory that can be written, got ${queue.directory}: ${toError(error).message}`,
      );
    }
  }

  #onLost(items: number, reason: QueueLoss, error: unknown): void {
    const { queue, report } = this.#options;
    this.ledger.dropped.add(reason, items);
    // what was damaged is reported by itself
    if (reason === 'disk_failed' && error === undefined) return;
    const what = reason === 'queue_full' ? 'full, the oldest items are lost' : 'not writable, items wait in memory';
    report(`otlp_${reason}`, `the OTLP queue in ${queue.directory} is ${what}`, error, [reason]);
  }
}
