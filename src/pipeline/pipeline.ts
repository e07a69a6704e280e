import { TelemetryData } from '../model/data.js';
import { toError } from '../model/errors.js';
import type { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import { Batch } from './batch.js';
import { Ledger, type LedgerFigures, lostIn } from './counters.js';
import { FeedbackGuard } from './feedback-guard.js';
import { FlushTimer } from './flush-timer.js';
import { ItemBuffer } from './item-buffer.js';
import { Listeners } from './listeners.js';
import type { PipelineOptions } from './pipeline-options.js';
import { ReceivedRequest, type RequestHost } from './received-request.js';
import { DEFAULT_QUEUE_BOUNDS, type Sink } from './sink.js';
import { type SinkHandle, Sinks } from './sinks.js';

export type { SinkHandle };

/** Rounds of handing over synchronously, if sinks collect meanwhile. */
const MAX_SYNC_ROUNDS = 8;

/** The hub: takes items, keeps them in order, calls listeners, and hands each flushed batch to every sink once. */
export class Pipeline {
  readonly listeners: Listeners;
  /** Whether each item is handed over at once, as the process is ending. */
  writeThrough = false;
  readonly #guard: FeedbackGuard;
  readonly #ledger: Ledger;
  readonly #options: PipelineOptions;
  readonly #sinks: Sinks;
  readonly #unsettled = new Set<Batch>();
  readonly #host: RequestHost;
  readonly #buffer: ItemBuffer;
  readonly #timer: FlushTimer;
  #closed = false;
  #isFlushingSync = false;
  /** Something about the items is still being found out, and they are flushed then. */
  #isSettling = false;

  readonly #whenSettled = (): void => {
    this.#isSettling = false;
    this.flush();
  };

  constructor(options: PipelineOptions) {
    const { clock, diagnostics, maxQueueSize, maxQueueBytes } = options;
    this.#options = options;
    this.#buffer = new ItemBuffer(options.bufferSize, options.countsEachKind === true);
    this.#timer = new FlushTimer(clock, options.flushIntervalMillis, () => this.#flushWhenSettled());
    const bounds = {
      maxItems: maxQueueSize ?? DEFAULT_QUEUE_BOUNDS.maxItems,
      maxBytes: maxQueueBytes ?? DEFAULT_QUEUE_BOUNDS.maxBytes,
    };
    this.#sinks = new Sinks(bounds, clock, diagnostics);
    this.#host = this.#requestHost();
    this.listeners = new Listeners((error) => diagnostics.report('listener', 'a listener failed', error));
    this.#guard = new FeedbackGuard(options.turn ?? (() => 0), diagnostics);
    this.#ledger = new Ledger(() => {
      let queued = this.buffered;
      for (const batch of this.#unsettled) queued += batch.size;
      return queued;
    });
  }

  /** Items in the buffer. */
  get buffered(): number {
    return this.#buffer.size;
  }

  /** Items that sinks have lost so far. */
  get lost(): number {
    return lostIn(Object.values(this.sinkFigures()));
  }

  /** How full the fullest queue in front of a sink is: 0 to 1. */
  get fill(): number {
    return this.#sinks.fill;
  }

  /** Whether nothing waits, in the buffer or in front of a sink. */
  get isIdle(): boolean {
    return this.buffered === 0 && this.#unsettled.size === 0;
  }

  /** Full buffers that waited for their time, as sinks filled them over and over. */
  get deferredFlushes(): number {
    return this.#guard.deferred;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The counters of the pipeline as a whole: an item counts as lost if any sink lost it. */
  get figures(): LedgerFigures {
    return this.#ledger.figures;
  }

  /** The counters of each sink, those taken away included. */
  sinkFigures(): Record<string, LedgerFigures> {
    return this.#sinks.figures(this.buffered);
  }

  /** @param metadataBytes - an estimate of what the metadata take, if it was made before. */
  acceptEvent(event: TelemetryEvent, metadataBytes?: number): void {
    if (this.#refuse()) return;
    this.#buffer.addEvent(event, metadataBytes);
    if (this.#heard) this.listeners.notify(new TelemetryData({ events: [event] }));
    this.#afterAccept();
  }

  /** @param tagBytes - an estimate of what the tags take, if it was made before. */
  acceptMetric(metric: TelemetryMetric, tagBytes?: number): void {
    if (this.#refuse()) return;
    this.#buffer.addMetric(metric, tagBytes);
    if (this.#heard) this.listeners.notify(new TelemetryData({ metrics: [metric] }));
    this.#afterAccept();
  }

  /** A request whose items go to the sinks apart from all others, with a result of its own. */
  receive(): ReceivedRequest {
    return new ReceivedRequest(this.#host);
  }

  /** An item that is not delivered, for a reason that isn't ours. */
  withhold(reason: string): void {
    this.#ledger.accepted += 1;
    this.#ledger.dropped.add(reason);
  }

  /**
   * Takes everything out of the buffer and hands it to all sinks.
   *
   * @returns what was in the buffer.
   */
  flush(): TelemetryData {
    this.#timer.stop();
    return this.#flush();
  }

  #flush(): TelemetryData {
    this.#timer.end();
    const { data, bytes } = this.#buffer.take();
    if (!data.isEmpty) this.#handOver(new Batch(data, (settled) => this.#settle(settled), bytes));
    return data;
  }

  /**
   * Flushes, and waits until every sink has taken all that it was handed, or keeps failing.
   *
   * @returns the errors of the sinks that keep failing.
   */
  async drain(): Promise<Error[]> {
    this.flush();
    const results = await Promise.all(this.#sinks.queues.map((queue) => queue.drain()));
    return results.filter((error) => error !== undefined).map(toError);
  }

  /** For the end of the process: what can be handed over without waiting is. */
  flushSync(): void {
    if (this.#isFlushingSync) return;
    this.#isFlushingSync = true;
    const { queues } = this.#sinks;
    for (const queue of queues) queue.isEnding = true;
    try {
      for (let round = 0; round === 0 || (round < MAX_SYNC_ROUNDS && this.buffered > 0); round += 1) {
        this.flush();
        this.#detached(() => {
          for (const queue of queues) queue.flushSync();
        });
      }
    } finally {
      for (const queue of queues) queue.isEnding = false;
      this.#isFlushingSync = false;
    }
  }

  /** Adds a sink; see {@link Sinks.add}. */
  addSink(name: string, sink: Sink & { readonly location?: string }): SinkHandle {
    return this.#sinks.add(name, sink, () => this.flush());
  }

  /** Takes nothing more; what is in the buffer is handed to the sinks. */
  seal(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
  }

  /** Takes nothing more; what still waits is lost for the given reason. */
  close(reason: string): void {
    this.seal();
    for (const queue of this.#sinks.queues) queue.close(reason);
  }

  get #heard(): boolean {
    return this.#options.realtime && this.listeners.count > 0;
  }

  #refuse(): boolean {
    if (this.#closed) {
      this.#lose();
      return true;
    }
    this.#ledger.accepted += 1;
    if (this.buffered === 0) this.#options.onFirst?.();
    return false;
  }

  /** An item that came too late. */
  #lose(): void {
    this.withhold('after_shutdown');
    const counters = ['dropped.after_shutdown'];
    this.#options.diagnostics.report('after_shutdown', 'an item came after the shutdown', undefined, counters);
  }

  #afterAccept(): void {
    if (this.writeThrough) {
      this.flushSync();
    } else if (this.#buffer.isHeavy) {
      this.#flush();
    } else if (this.#isSettling) {
      return;
    } else if (this.#buffer.isFull && this.#guard.mayFlush()) {
      this.#flushWhenSettled();
    } else if (this.buffered > 0) {
      this.#timer.start();
    }
  }

  #flushWhenSettled(): void {
    if (this.#isSettling) return;
    this.#isSettling = this.#options.whenSettled?.(this.#whenSettled) ?? false;
    if (!this.#isSettling) this.#flush();
  }

  #handOver(batch: Batch): void {
    this.#unsettled.add(batch);
    this.#detached(() => this.#sinks.push(batch));
  }

  #detached(run: () => void): void {
    if (this.#options.runDetached === undefined) run();
    else this.#options.runDetached(run);
  }

  #settle(batch: Batch): void {
    this.#unsettled.delete(batch);
    this.#ledger.delivered += batch.size - this.#ledger.dropped.addAll(batch.losses);
    if (this.isIdle) this.#options.onIdle?.();
  }

  #requestHost(): RequestHost {
    const isClosed = (): boolean => this.#closed;
    return {
      clock: this.#options.clock,
      sinks: this.#sinks,
      get isClosed() {
        return isClosed();
      },
      flush: () => this.flush(),
      handOver: (batch) => {
        this.#ledger.accepted += batch.size;
        this.#options.onFirst?.();
        this.#handOver(batch);
      },
      settle: (batch) => this.#settle(batch),
      notify: (data) => {
        if (this.#heard) this.listeners.notify(data);
      },
    };
  }
}
