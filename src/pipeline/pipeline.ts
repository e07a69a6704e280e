import { TelemetryData } from '../model/data.js';
import { toError } from '../model/errors.js';
import type { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { Clock } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { Batch } from './batch.js';
import { Ledger, type LedgerFigures, lostIn, withFormer } from './counters.js';
import { Listeners } from './listeners.js';
import { DEFAULT_MAX_QUEUE_ITEMS, type Sink, SinkQueue } from './sink-queue.js';

/** Settings of a pipeline. */
export interface PipelineOptions {
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** Items of both kinds that fill the buffer. */
  readonly bufferSize: number;
  /** The longest that an item waits in the buffer, in milliseconds. */
  readonly flushIntervalMillis: number;
  /** Whether listeners are told. */
  readonly realtime: boolean;
  /** Items that the queue of one sink holds. */
  readonly maxQueueItems?: number | undefined;
  /** Is told when something comes into an empty buffer. */
  readonly onFirst?: (() => void) | undefined;
}

/** A sink of a pipeline. */
export interface SinkHandle {
  readonly name: string;
  /** Waits for what the sink's queue holds now, then takes the sink away; what it could not take is counted. */
  remove(): Promise<void>;
}

interface Registered {
  readonly sink: Sink;
  readonly location: string | undefined;
  readonly queue: SinkQueue;
  /** The books of sinks that had the name before. */
  readonly before: LedgerFigures | undefined;
  users: number;
}

/** How long a sink that is taken away is waited for, in milliseconds. */
const REMOVE_TIMEOUT_MILLIS = 30_000;

/** The hub: takes items, keeps them in order, tells listeners, and hands each flushed batch to every sink once. */
export class Pipeline {
  readonly listeners: Listeners;
  readonly #ledger: Ledger;
  readonly #options: PipelineOptions;
  readonly #sinks = new Map<string, Registered>();
  readonly #former = new Map<string, LedgerFigures>();
  /** Sinks that are being taken away: nothing new comes to them, and they are waited for. */
  readonly #leaving = new Set<Registered>();
  readonly #unsettled = new Set<Batch>();
  #events: TelemetryEvent[] = [];
  #metrics: TelemetryMetric[] = [];
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.listeners = new Listeners((error) => options.diagnostics.report('listener', 'a listener failed', error));
    this.#ledger = new Ledger(() => {
      let queued = this.buffered;
      for (const batch of this.#unsettled) queued += batch.size;
      return queued;
    });
  }

  /** Items in the buffer. */
  get buffered(): number {
    return this.#events.length + this.#metrics.length;
  }

  /** Items that sinks have lost so far. */
  get lost(): number {
    return lostIn(Object.values(this.sinkFigures()));
  }

  /** How full the fullest queue in front of a sink is: 0 to 1. */
  get fill(): number {
    return Math.max(0, ...this.#queues().map((queue) => queue.fill));
  }

  /** Whether nothing waits, in the buffer or in front of a sink. */
  get isIdle(): boolean {
    return this.buffered === 0 && this.#unsettled.size === 0;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The books of the pipeline as a whole: an item counts as lost where any sink lost it. */
  get figures(): LedgerFigures {
    return this.#ledger.figures;
  }

  /** The books of each sink, those taken away included. */
  sinkFigures(): Record<string, LedgerFigures> {
    const figures: Record<string, LedgerFigures> = Object.fromEntries(this.#former);
    for (const registered of this.#leaving) figures[registered.queue.name] = figuresOf(registered, 0);
    for (const [name, registered] of this.#sinks) figures[name] = figuresOf(registered, this.buffered);
    return figures;
  }

  acceptEvent(event: TelemetryEvent): void {
    if (this.#refuse()) return;
    this.#events.push(event);
    if (this.#heard) this.listeners.tell(new TelemetryData({ events: [event] }));
    this.#afterAccept();
  }

  acceptMetric(metric: TelemetryMetric): void {
    if (this.#refuse()) return;
    this.#metrics.push(metric);
    if (this.#heard) this.listeners.tell(new TelemetryData({ metrics: [metric] }));
    this.#afterAccept();
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
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const data = new TelemetryData({ events: this.#events, metrics: this.#metrics });
    if (data.isEmpty) return data;
    this.#events = [];
    this.#metrics = [];
    const batch = new Batch(data, (settled) => this.#settle(settled));
    this.#unsettled.add(batch);
    // a copy: a sink that is added while a batch is handed over gets the next one first
    const sinks = Array.from(this.#sinks.values());
    for (const { queue } of sinks) queue.push(batch);
    batch.release();
    return data;
  }

  /**
   * Flushes, and waits until every sink has taken all that it was handed, or keeps failing.
   *
   * @returns the errors of the sinks that keep failing.
   */
  async drain(): Promise<Error[]> {
    this.flush();
    const results = await Promise.all(this.#queues().map((queue) => queue.drain()));
    return results.filter((error) => error !== undefined).map(toError);
  }

  /** For the end of the process: what can be handed over without waiting is. */
  flushSync(): void {
    this.flush();
    for (const queue of this.#queues()) queue.flushSync();
  }

  /**
   * Adds a sink. One that is there already, as the same object or at the same location, is not added again: an item
   * is stored once.
   *
   * @param name - its name in the books; a number is added where the name is taken.
   */
  addSink(name: string, sink: Sink & { readonly location?: string }): SinkHandle {
    const location = sink.location;
    const there = this.#find(sink, location);
    if (there !== undefined) {
      there.users += 1;
      return this.#handle(there);
    }
    let free = name;
    for (let n = 2; this.#isTaken(free); n += 1) free = `${name}-${n}`;
    const { clock, diagnostics } = this.#options;
    const queue = new SinkQueue(free, sink, this.#options.maxQueueItems ?? DEFAULT_MAX_QUEUE_ITEMS, clock, diagnostics);
    const added: Registered = { sink, location, queue, before: this.#former.get(free), users: 1 };
    this.#sinks.set(free, added);
    this.#former.delete(free);
    return this.#handle(added);
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
    for (const queue of this.#queues()) queue.close(reason);
  }

  #queues(): SinkQueue[] {
    return [...this.#sinks.values(), ...this.#leaving].map(({ queue }) => queue);
  }

  get #heard(): boolean {
    return this.#options.realtime && this.listeners.count > 0;
  }

  #refuse(): boolean {
    if (this.#closed) {
      this.withhold('after_shutdown');
      return true;
    }
    this.#ledger.accepted += 1;
    if (this.buffered === 0) this.#options.onFirst?.();
    return false;
  }

  #afterAccept(): void {
    const buffered = this.buffered;
    if (buffered >= this.#options.bufferSize) {
      this.flush();
    } else if (this.#cancelTimer === undefined && buffered > 0) {
      this.#cancelTimer = this.#options.clock.after(this.#options.flushIntervalMillis, () => {
        this.#cancelTimer = undefined;
        this.flush();
      });
    }
  }

  #settle(batch: Batch): void {
    this.#unsettled.delete(batch);
    let lost = 0;
    for (const [reason, count] of Object.entries(batch.losses)) {
      this.#ledger.dropped.add(reason, count);
      lost += count;
    }
    this.#ledger.delivered += batch.size - lost;
  }

  #find(sink: Sink, location: string | undefined): Registered | undefined {
    for (const registered of this.#sinks.values()) {
      if (registered.sink === sink || (location !== undefined && registered.location === location)) return registered;
    }
    return undefined;
  }

  #isTaken(name: string): boolean {
    return this.#sinks.has(name) || [...this.#leaving].some(({ queue }) => queue.name === name);
  }

  /** Waits for a queue to end, for some time; gives the reason for which the rest is lost. */
  async #leave(queue: SinkQueue): Promise<string> {
    let cancel: (() => void) | undefined;
    const late = new Promise<string>((resolve) => {
      cancel = this.#options.clock.after(REMOVE_TIMEOUT_MILLIS, () => resolve('shutdown_timeout'));
    });
    const reason = await Promise.race([queue.drain().then(() => 'store_failed'), late]);
    cancel?.();
    return reason;
  }

  #handle(registered: Registered): SinkHandle {
    const { queue } = registered;
    let removed = false;
    return {
      name: queue.name,
      remove: async () => {
        if (removed) return;
        removed = true;
        registered.users -= 1;
        this.flush();
        if (registered.users > 0) {
          await queue.drain();
          return;
        }
        // nothing more comes in from here on, so that a drain ends
        this.#sinks.delete(queue.name);
        this.#leaving.add(registered);
        const reason = await this.#leave(queue);
        queue.close(reason);
        this.#leaving.delete(registered);
        this.#former.set(queue.name, figuresOf(registered, 0));
      },
    };
  }
}

/** The books of a sink, with those of the sinks that had its name before. */
function figuresOf({ queue, before }: Registered, buffered: number): LedgerFigures {
  return withFormer(queue.figures(buffered), before);
}
