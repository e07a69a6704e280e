import type { Clock } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import type { Batch } from './batch.js';
import { type LedgerFigures, withFormer } from './counters.js';
import { MAX_GROUP_ITEMS, type QueueBounds, type Sink } from './sink.js';
import { SinkQueue } from './sink-queue.js';

/** A sink of a pipeline. */
export interface SinkHandle {
  /** The name under which `health().sinks` counts it. */
  readonly name: string;
  /** Waits for what the sink's queue holds now, then takes the sink away; what it could not take is counted. */
  remove(): Promise<void>;
}

interface Registered {
  readonly sink: Sink;
  readonly location: string | undefined;
  readonly queue: SinkQueue;
  /** The counters of sinks that had the name before. */
  readonly before: LedgerFigures | undefined;
  users: number;
}

/** How long a sink that is taken away is waited for, in milliseconds. */
const REMOVE_TIMEOUT_MILLIS = 30_000;
/** How full a queue may be for a further batch of a received request: a batch is half a queue at most. */
const MAX_FILL = 0.5;

/** The sinks of a pipeline, each behind a queue of its own. */
export class Sinks {
  readonly #bounds: QueueBounds;
  readonly #clock: Clock;
  readonly #diagnostics: Diagnostics;
  readonly #sinks = new Map<string, Registered>();
  readonly #former = new Map<string, LedgerFigures>();
  /** Sinks that are being taken away: nothing new comes to them, and they are waited for. */
  readonly #leaving = new Set<Registered>();

  constructor(bounds: QueueBounds, clock: Clock, diagnostics: Diagnostics) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#diagnostics = diagnostics;
  }

  /** The queues of all sinks, those included that are being taken away. */
  get queues(): SinkQueue[] {
    return [...this.#sinks.values(), ...this.#leaving].map(({ queue }) => queue);
  }

  /** How full the fullest queue is: 0 to 1. */
  get fill(): number {
    return Math.max(0, ...this.queues.map((queue) => queue.fill));
  }

  /** Whether every queue has room for a further batch of a received request. */
  get hasRoom(): boolean {
    return this.queues.every((queue) => queue.isEmpty || queue.fill <= MAX_FILL);
  }

  /** Items of the largest batch of a received request. */
  get maxBatchItems(): number {
    return Math.max(1, Math.min(MAX_GROUP_ITEMS, Math.floor(this.#bounds.maxItems * MAX_FILL)));
  }

  /** Hands a batch to every sink. */
  push(batch: Batch): void {
    // a copy: a sink that is added while a batch is handed over gets the next one first
    for (const { queue } of Array.from(this.#sinks.values())) queue.push(batch);
    batch.release();
  }

  /** The counters of each sink, those taken away included, given the items that wait in front of all queues. */
  figures(buffered: number): Record<string, LedgerFigures> {
    const figures: Record<string, LedgerFigures> = Object.fromEntries(this.#former);
    for (const registered of this.#leaving) figures[registered.queue.name] = figuresOf(registered, 0);
    for (const [name, registered] of this.#sinks) figures[name] = figuresOf(registered, buffered);
    return figures;
  }

  /**
   * Adds a sink. One that is there already, as the same object or at the same location, is not added again: an item
   * is stored once.
   *
   * @param name - its name among the counters; a number is added if the name is taken.
   * @param flush - hands what is buffered to the sinks.
   */
  add(name: string, sink: Sink & { readonly location?: string }, flush: () => void): SinkHandle {
    const location = sink.location;
    const there = this.#find(sink, location);
    if (there !== undefined) {
      there.users += 1;
      return this.#handle(there, flush);
    }
    let free = name;
    for (let n = 2; this.#isTaken(free); n += 1) free = `${name}-${n}`;
    const queue = new SinkQueue(free, sink, this.#bounds, this.#clock, this.#diagnostics);
    const added: Registered = { sink, location, queue, before: this.#former.get(free), users: 1 };
    this.#sinks.set(free, added);
    this.#former.delete(free);
    return this.#handle(added, flush);
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
      cancel = this.#clock.after(REMOVE_TIMEOUT_MILLIS, () => resolve('shutdown_timeout'));
    });
    const reason = await Promise.race([queue.drain().then(() => 'store_failed'), late]);
    cancel?.();
    return reason;
  }

  #handle(registered: Registered, flush: () => void): SinkHandle {
    const { queue } = registered;
    let removed = false;
    return {
      name: queue.name,
      remove: async () => {
        if (removed) return;
        removed = true;
        registered.users -= 1;
        flush();
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

/** The counters of a sink, with those of the sinks that had its name before. */
function figuresOf({ queue, before }: Registered, buffered: number): LedgerFigures {
  return withFormer(queue.figures(buffered), before);
}
