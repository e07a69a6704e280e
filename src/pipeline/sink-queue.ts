import { type Clock, elapsed } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { Backoff, FIRST_DELAY_MILLIS } from './backoff.js';
import type { Batch, Losses } from './batch.js';
import { Ledger, type LedgerFigures, RETURNED } from './counters.js';
import { Drains } from './drains.js';
import { lossPath } from './loss-report.js';
import { type Portion, Share } from './portion.js';
import { MAX_SYNCED_ITEMS, type QueueBounds, type QueueWatcher, type Sink } from './sink.js';
import { type Failure, hand, handSync, nextGroup } from './sink-calls.js';
import { kindOf, progressOf, verdictOn } from './sink-failure.js';

/**
 * The bounded queue in front of one sink: order kept, failures tried again with backoff, every loss counted. A batch that
 * the sink refuses for good is halved until the items that it refuses are alone, so that only they are lost.
 */
export class SinkQueue {
  readonly name: string;
  /** Nothing asynchronous happens any more. */
  isEnding = false;
  readonly #sink: Sink;
  readonly #bounds: QueueBounds;
  readonly #clock: Clock;
  readonly #diagnostics: Diagnostics;
  readonly #backoff: Backoff;
  readonly #drains = new Drains();
  readonly #watchers = new Set<QueueWatcher>();
  #portions: Portion[] = [];
  #items = 0;
  readonly #ledger = new Ledger(() => this.#items);
  #bytes = 0;
  #pushed = 0;
  /** The portions that the sink holds right now. */
  #current: readonly Portion[] = [];
  /** So many of the next ones are handed over one by one, to see which of them the sink refuses. */
  #alone = 0;
  #running = false;
  #lastAttempt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(name: string, sink: Sink, bounds: QueueBounds, clock: Clock, diagnostics: Diagnostics) {
    this.name = name;
    this.#sink = sink;
    this.#bounds = bounds;
    this.#clock = clock;
    this.#backoff = new Backoff(clock);
    this.#diagnostics = diagnostics;
  }

  /** How full it is, of items or of bytes: 0 to 1. */
  get fill(): number {
    return Math.max(this.#items / this.#bounds.maxItems, this.#bytes / this.#bounds.maxBytes);
  }

  /** Whether nothing waits here. */
  get isEmpty(): boolean {
    return this.#items === 0;
  }

  /** The counters, given the items that wait in front of this queue. */
  figures(buffered: number): LedgerFigures {
    const { figures } = this.#ledger;
    return { ...figures, accepted: figures.accepted + buffered, queued: figures.queued + buffered };
  }

  /** Whether any of these batches waits here. */
  holds(batches: ReadonlySet<Batch>): boolean {
    return this.#portions.some(({ share }) => batches.has(share.batch));
  }

  /** Adds a watcher; returns what takes it away. */
  watch(watcher: QueueWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  push(batch: Batch): void {
    batch.hold();
    this.#pushed += 1;
    const share = new Share(batch, this.#pushed);
    this.#drains.open(share);
    this.#ledger.accepted += batch.size;
    this.#items += batch.size;
    this.#bytes += batch.bytes;
    const whole = share.whole();
    if (this.#closed) {
      this.#settle(whole, { shutdown: batch.size });
      return;
    }
    const isFirst = !this.#running && this.#portions.length === 0;
    const waits = this.#sink.prefersAsync === true;
    const atOnce = this.#sink.storeSync !== undefined && !waits;
    const pieces = waits ? whole.pieces(MAX_SYNCED_ITEMS) : [whole];
    const left = isFirst && atOnce ? this.#storeNow(whole) : pieces;
    if (!this.#admit(batch, left)) return;
    // what was collected while the sink had this one is behind it
    this.#portions = isFirst ? [...left, ...this.#portions] : this.#portions.concat(left);
    this.#start();
  }

  /**
   * Resolves when all that waits now has left: with `undefined`, or with the error of a sink that keeps failing.
   */
  drain(): Promise<unknown> {
    if (!this.#drains.isPending) return Promise.resolve(undefined);
    const drained = this.#drains.wait(this.#pushed);
    this.wake(FIRST_DELAY_MILLIS);
    return drained;
  }

  /** Has a sink that failed tried again soon, but not within so many milliseconds after the last attempt. */
  wake(millis: number): void {
    if (this.#backoff.failures === 0) return;
    this.#backoff.reset();
    const left = this.#lastAttempt + millis - elapsed(this.#clock);
    if (left <= 0) this.#backoff.end();
    else this.#clock.after(left, () => this.#backoff.end());
  }

  /** Takes back what waits of some batches; what the sink holds right now is not tried again should it fail. */
  withdraw(batches: ReadonlySet<Batch>): void {
    for (const batch of batches) batch.isWithdrawn = true;
    this.#returnWithdrawn();
    // what comes next is tried at once
    if (this.#portions.length === 0) this.#backoff.end();
  }

  /** Hands over at once what was never handed over, if the sink can take it so: for the end of the process. */
  flushSync(): void {
    if (this.#sink.storeSync === undefined) return;
    const waiting = this.#portions.filter((portion) => !this.#current.includes(portion));
    this.#portions = this.#portions.filter((portion) => this.#current.includes(portion));
    for (const portion of waiting) {
      for (const left of this.#storeNow(portion)) this.#settle(left, left.lossesFor('store_failed'));
    }
  }

  /** Takes nothing more, and loses what still waits, for the given reason. */
  close(reason: string): void {
    this.#closed = true;
    const left = this.#portions;
    this.#portions = [];
    this.#current = [];
    for (const portion of left) this.#settle(portion, portion.lossesFor(reason));
    this.#backoff.end();
  }

  /** Makes room for the last batch; false if there is none, and then it is lost. */
  #admit(batch: Batch, left: readonly Portion[]): boolean {
    while (this.#items > batch.size && (this.#items > this.#bounds.maxItems || this.#bytes > this.#bounds.maxBytes)) {
      const head = this.#portions[0];
      // if the sink keeps failing, its oldest batch makes room: one bad batch must not hold up all others
      if (this.#backoff.failures > 0 && head !== undefined && !this.#current.includes(head)) {
        this.#portions.shift();
        this.#settle(head, head.lossesFor('store_failed'));
      } else {
        for (const portion of left) this.#settle(portion, portion.lossesFor('queue_full'));
        this.#diagnostics.report(
          `queue_full:${this.name}`,
          `the queue of sink "${this.name}" is full, items are lost`,
          undefined,
          [lossPath(this.name, 'queue_full')],
        );
        return false;
      }
    }
    return left.length > 0;
  }

  /** Hands a portion over at once; gives what of it is to be tried again. */
  #storeNow(portion: Portion): Portion[] {
    const was = this.#running;
    // what a listener or the storage collects in here has to queue behind
    this.#running = true;
    let next: Portion[] = [portion];
    for (let head = next.shift(); head !== undefined; head = next.shift()) {
      const left = this.#outcome(head, handSync(this.#sink, head));
      if (left[0] === head) {
        next = [head, ...next];
        break;
      }
      next = [...left, ...next];
    }
    this.#running = was;
    return next;
  }

  #returnWithdrawn(): void {
    const isGone = (one: Portion): boolean => one.share.batch.isWithdrawn && !this.#current.includes(one);
    const gone = this.#portions.filter(isGone);
    if (gone.length === 0) return;
    this.#portions = this.#portions.filter((one) => !isGone(one));
    for (const portion of gone) this.#settle(portion, portion.lossesFor(RETURNED));
  }

  #start(): void {
    // what fails now is lost, and no attempt of which nobody hears the end
    if (this.isEnding && this.#sink.storeSync !== undefined) return;
    if (!this.#running && this.#portions.length > 0) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      const group = this.#alone > 0 ? this.#portions.slice(0, 1) : nextGroup(this.#sink, this.#portions);
      const [first] = group;
      if (first === undefined) break;
      this.#current = group;
      this.#drains.begin();
      const failure = await hand(this.#sink, group);
      this.#lastAttempt = elapsed(this.#clock);
      // closed meanwhile: the portions are counted as lost
      if (this.#current !== group) continue;
      this.#current = [];
      if (failure === undefined) {
        this.#backoff.reset();
        this.#alone = Math.max(0, this.#alone - group.length);
        this.#portions.splice(0, group.length);
        for (const portion of group) this.#settle(portion);
      } else if (group.length > 1) {
        this.#alone = group.length;
        this.#returnWithdrawn();
      } else {
        this.#portions.shift();
        const left = this.#outcome(first, failure);
        this.#portions.unshift(...left);
        this.#alone = Math.max(0, this.#alone - 1 + left.length);
        if (left[0] === first) await this.#backOff(failure.error);
        else this.#backoff.reset();
      }
    }
    this.#running = false;
  }

  /** Counts what became of one portion; gives what is to be tried next: itself, its halves, or nothing. */
  #outcome(portion: Portion, failure: Failure | undefined): readonly Portion[] {
    if (failure === undefined) {
      this.#settle(portion);
      return [];
    }
    const { error } = failure;
    const verdict = verdictOn(error, portion.size);
    if (verdict.next === 'halve') return portion.halves();
    portion.progress = progressOf(error, portion.size) ?? portion.progress;
    const isOver = verdict.next === 'lose' || portion.share.batch.isWithdrawn;
    if (verdict.next === 'lose') this.#settle(portion, verdict.losses, verdict.isRefusal);
    else if (isOver) this.#settle(portion, portion.lossesFor(RETURNED));
    // what was lost is counted by now: the message says where
    const lost = Object.keys(
      verdict.next === 'lose' ? verdict.losses : { store_failed: true, ...portion.progress?.losses },
    );
    this.#diagnostics.report(
      `sink:${this.name}`,
      `sink "${this.name}" failed`,
      error,
      lost.map((reason) => lossPath(this.name, reason)),
    );
    return isOver ? [] : [portion];
  }

  #settle(portion: Portion, losses: Losses = {}, isRefusal = false): void {
    this.#items -= portion.size;
    this.#bytes -= portion.bytes;
    this.#ledger.delivered += portion.size - this.#ledger.dropped.addAll(losses);
    if (portion.share.settle(losses, isRefusal)) this.#drains.settle(portion.share);
    for (const watcher of this.#watchers) watcher.left();
  }

  async #backOff(error: unknown): Promise<void> {
    const isHopeless = kindOf(error) === 'storage';
    this.#drains.tire(error, isHopeless);
    for (const watcher of this.#watchers) watcher.failed(isHopeless);
    // taken back by one of them
    if (this.#portions.length === 0) return;
    await this.#backoff.failed();
  }
}
