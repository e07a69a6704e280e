import type { TelemetryData } from '../model/data.js';
import type { StoreFailure } from '../model/errors.js';
import type { Clock } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { Backoff } from './backoff.js';
import type { Batch, Losses } from './batch.js';
import { Counts, type LedgerFigures } from './counters.js';
import { isPermanent, lossesOf } from './sink-failure.js';

/** A sink as the pipeline drives it; see `TelemetrySink`. */
export interface Sink {
  store(data: TelemetryData): Promise<void>;
  storeSync?(data: TelemetryData): void;
  readonly prefersAsync?: boolean;
  storeMany?(batches: readonly TelemetryData[]): Promise<void>;
}

/** Items that one sink's queue holds, unless told otherwise. */
export const DEFAULT_MAX_QUEUE_ITEMS = 131_072;

/** Items that are handed over together at most. */
const MAX_GROUP_ITEMS = 10_000;
/** Failed attempts after which a drain no longer waits for the sink to recover. */
const DRAIN_ATTEMPTS = 5;

interface Waiting {
  attempts: number;
  /** How many batches have to be settled. */
  readonly target: number;
  readonly resolve: (error: unknown) => void;
}

/** The bounded queue in front of one sink: order kept, failures tried again with backoff, every loss counted. */
export class SinkQueue {
  readonly name: string;
  delivered = 0;
  readonly dropped = new Counts();
  readonly #sink: Sink;
  readonly #maxItems: number;
  readonly #diagnostics: Diagnostics;
  readonly #backoff: Backoff;
  #batches: Batch[] = [];
  #items = 0;
  #taken = 0;
  /** Batches that were pushed, and those of them that are delivered or lost. */
  #pushed = 0;
  #settled = 0;
  /** The batches that the sink holds right now. */
  #current: readonly Batch[] = [];
  /** So many of the next ones are handed over one by one, to see which of them the sink refuses. */
  #alone = 0;
  #running = false;
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(name: string, sink: Sink, maxItems: number, clock: Clock, diagnostics: Diagnostics) {
    this.name = name;
    this.#sink = sink;
    this.#maxItems = maxItems;
    this.#backoff = new Backoff(clock);
    this.#diagnostics = diagnostics;
  }

  /** Items that wait here. */
  get items(): number {
    return this.#items;
  }

  /** How full it is: 0 to 1. */
  get fill(): number {
    return this.#items / this.#maxItems;
  }

  /** The books, given the items that wait in front of this queue. */
  figures(buffered: number): LedgerFigures {
    return {
      accepted: this.#taken + buffered,
      delivered: this.delivered,
      queued: this.#items + buffered,
      dropped: this.dropped.toRecord(),
    };
  }

  push(batch: Batch): void {
    batch.hold();
    this.#pushed += 1;
    this.#taken += batch.size;
    this.#items += batch.size;
    if (this.#closed) {
      this.#book(batch, { shutdown: batch.size });
      return;
    }
    const isFirst = !this.#running && this.#batches.length === 0;
    const atOnce = this.#sink.storeSync !== undefined && this.#sink.prefersAsync !== true;
    if (isFirst && atOnce && this.#storeSync(batch)) {
      this.#start();
      return;
    }
    if (!this.#admit(batch)) return;
    // what was collected while the sink had this one is behind it
    if (isFirst) this.#batches.unshift(batch);
    else this.#batches.push(batch);
    this.#start();
  }

  /**
   * Resolves when all that waits now has left: with `undefined`, or with the error of a sink that keeps failing.
   */
  drain(): Promise<unknown> {
    if (this.#settled === this.#pushed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.push({ attempts: DRAIN_ATTEMPTS, target: this.#pushed, resolve });
      this.#backoff.reset();
      this.#backoff.end();
    });
  }

  /** Hands over at once what was never handed over, where the sink can take it so: for the end of the process. */
  flushSync(): void {
    if (this.#sink.storeSync === undefined) return;
    const waiting = this.#batches.filter((batch) => !this.#current.includes(batch));
    this.#batches = this.#batches.filter((batch) => this.#current.includes(batch));
    for (const batch of waiting) if (!this.#storeSync(batch)) this.#book(batch, { store_failed: batch.size });
  }

  /** Takes nothing more, and loses what still waits, for the given reason. */
  close(reason: string): void {
    this.#closed = true;
    const left = this.#batches;
    this.#batches = [];
    this.#current = [];
    for (const batch of left) this.#book(batch, { [reason]: batch.size });
    this.#backoff.end();
  }

  #admit(batch: Batch): boolean {
    while (this.#items > batch.size && this.#items > this.#maxItems) {
      const head = this.#batches[0];
      // where the sink keeps failing, its oldest batch makes room: one bad batch must not hold up all others
      if (this.#backoff.failures > 0 && head !== undefined && !this.#current.includes(head)) {
        this.#batches.shift();
        this.#book(head, { store_failed: head.size });
      } else {
        this.#book(batch, { queue_full: batch.size });
        this.#diagnostics.report(`queue_full:${this.name}`, `the queue of sink "${this.name}" is full, items are lost`);
        return false;
      }
    }
    return true;
  }

  /** Hands a batch over; false where trying again may help: then it is in the books as waiting. */
  #storeSync(batch: Batch): boolean {
    const was = this.#running;
    // what a listener or the storage collects in here has to queue behind
    this.#running = true;
    let failure: { readonly error: unknown } | undefined;
    try {
      this.#sink.storeSync?.(batch.data);
    } catch (error) {
      failure = { error };
    }
    this.#running = was;
    return this.#settle(batch, failure);
  }

  #start(): void {
    if (!this.#running && this.#batches.length > 0) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      const group = this.#next();
      if (group.length === 0) break;
      this.#current = group;
      const failure = await this.#hand(group);
      // closed meanwhile: the batches are in the books as lost
      if (this.#current !== group) continue;
      this.#current = [];
      if (failure === undefined || (group.length === 1 && isPermanent(failure.error))) {
        this.#alone = Math.max(0, this.#alone - group.length);
        this.#backoff.reset();
        for (const batch of group) {
          if (this.#batches[0] === batch) this.#batches.shift();
          this.#settle(batch, failure);
        }
      } else if (group.length > 1) {
        this.#alone = group.length;
      } else {
        this.#tell(failure.error);
        this.#tireWaiting(failure.error);
        await this.#backoff.failed();
      }
    }
    this.#running = false;
  }

  /** What is handed over next: one batch, or several where the sink takes them together. */
  #next(): readonly Batch[] {
    if (this.#sink.storeMany === undefined || this.#alone > 0) return this.#batches.slice(0, 1);
    let items = 0;
    let count = 0;
    for (const { size } of this.#batches) {
      items += size;
      if (count > 0 && items > MAX_GROUP_ITEMS) break;
      count += 1;
    }
    return this.#batches.slice(0, count);
  }

  async #hand(group: readonly Batch[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      if (group.length > 1) await this.#sink.storeMany?.(group.map(({ data }) => data));
      else for (const { data } of group) await this.#sink.store(data);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** Books what became of a batch; false where its error may pass: then nothing is booked. */
  #settle(batch: Batch, failure: { readonly error: unknown } | undefined): boolean {
    if (failure === undefined) {
      this.#book(batch, undefined);
      return true;
    }
    const isLost = isPermanent(failure.error);
    if (isLost) this.#book(batch, lossesOf(failure.error as StoreFailure, batch.size));
    this.#tell(failure.error);
    return isLost;
  }

  #book(batch: Batch, losses: Losses | undefined): void {
    let lost = 0;
    for (const [reason, count] of Object.entries(losses ?? {})) {
      this.dropped.add(reason, count);
      lost += count;
    }
    this.#items -= batch.size;
    this.delivered += batch.size - lost;
    this.#settled += 1;
    batch.release(losses);
    const done = this.#waiting.filter(({ target }) => target <= this.#settled);
    if (done.length === 0) return;
    this.#waiting = this.#waiting.filter(({ target }) => target > this.#settled);
    for (const { resolve } of done) resolve(undefined);
  }

  #tell(error: unknown): void {
    this.#diagnostics.report(`sink:${this.name}`, `sink "${this.name}" failed`, error);
  }

  #tireWaiting(error: unknown): void {
    for (const waiting of this.#waiting) {
      waiting.attempts -= 1;
      if (waiting.attempts <= 0) waiting.resolve(error);
    }
    this.#waiting = this.#waiting.filter(({ attempts }) => attempts > 0);
  }
}
