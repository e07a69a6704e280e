import { TelemetryData } from '../model/data.js';
import type { TelemetryEvent } from '../model/event.js';
import { isEvent, type TelemetryItem } from '../model/item.js';
import { sizeOfItem } from '../model/item-size.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { Clock } from '../runtime/clock.js';
import { Batch, totalOf } from './batch.js';
import { Counts } from './counters.js';
import { DRAIN_ATTEMPTS } from './drains.js';
import type { SinkQueue } from './sink-queue.js';
import type { Sinks } from './sinks.js';

/** What became of one request's items, whatever others send meanwhile. */
export interface RequestResult {
  /** Items that every sink has. */
  readonly stored: number;
  /** Items that a sink refuses for what they are, by reason: sending them again can't help. */
  readonly refused: Readonly<Record<string, number>>;
  /**
   * Whether the request is to be sent again. Then nothing of it waits any longer: it was taken back from every queue,
   * and is counted as `returned`.
   */
  readonly retry: boolean;
}

/** What a request needs of the pipeline. */
export interface RequestHost {
  readonly clock: Clock;
  readonly sinks: Sinks;
  readonly isClosed: boolean;
  flush(): void;
  handOver(batch: Batch): void;
  /** Counts a batch that has left all queues. */
  settle(batch: Batch): void;
  notify(data: TelemetryData): void;
}

// a storage may write a batch at once: others have their turn between two
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
const MAX_BATCH_ITEMS = 5_000;
/** Items after which others have their turn while listeners are called with them. */
const NOTIFIED_ITEMS = 1_000;
/** How long a sink that failed is left alone, however many requests come. */
const WAKE_MILLIS = 1_000;

const RETRY: RequestResult = { stored: 0, refused: {}, retry: true };

/** The items of one request on their way to all sinks: batches of their own, which nobody else's are mixed with. */
export class ReceivedRequest {
  readonly #host: RequestHost;
  readonly #items: TelemetryItem[] = [];

  constructor(host: RequestHost) {
    this.#host = host;
  }

  /** Items that were added. */
  get size(): number {
    return this.#items.length;
  }

  add(item: TelemetryItem): void {
    this.#items.push(item);
  }

  /**
   * Hands the items to all sinks, and waits for what becomes of them.
   *
   * @param timeoutMillis - after which what is not stored is taken back.
   * @param breathe - is awaited between two batches, so that others have their turn.
   */
  async store(timeoutMillis: number, breathe: () => Promise<void>): Promise<RequestResult> {
    const host = this.#host;
    if (host.isClosed) return RETRY;
    host.flush();
    const batches = new Set<Batch>();
    const refused = new Counts();
    const failures = new Map<SinkQueue, number>();
    let pending = 0;
    let failed = false;
    let wake = (): void => undefined;
    const fail = (): void => {
      failed = true;
      wake();
    };
    const settled = (batch: Batch): void => {
      host.settle(batch);
      pending -= 1;
      refused.addAll(batch.refused);
      if (batch.isIncomplete) failed = true;
      wake();
    };
    const ends = host.sinks.queues.map((queue) => {
      queue.wake(WAKE_MILLIS);
      return queue.watch({
        left: () => wake(),
        failed: (isHopeless) => {
          const count = (failures.get(queue) ?? 0) + 1;
          failures.set(queue, count);
          // what fails behind this request's items, or without them, is none of its business
          if ((isHopeless || count >= DRAIN_ATTEMPTS) && (queue.holds(batches) || !host.sinks.hasRoom)) fail();
        },
      });
    });
    ends.push(host.clock.after(timeoutMillis, fail));
    const change = (): Promise<void> =>
      new Promise((resolve) => {
        wake = resolve;
      });
    // `failed` and `pending` change in callbacks
    const goesOn = (): boolean => !failed && !host.isClosed;
    for (const data of this.#batches()) {
      while (goesOn() && !host.sinks.hasRoom) await change();
      if (!goesOn()) {
        failed = true;
        break;
      }
      const batch = new Batch(data, settled);
      batches.add(batch);
      pending += 1;
      host.handOver(batch);
      await breathe();
    }
    while (!failed && pending > 0) await change();
    for (const end of ends) end();
    if (failed) {
      for (const queue of host.sinks.queues) queue.withdraw(batches);
      return RETRY;
    }
    for (const [i, item] of this.#items.entries()) {
      host.notify(new TelemetryData(isEvent(item) ? { events: [item] } : { metrics: [item] }));
      if (i % NOTIFIED_ITEMS === NOTIFIED_ITEMS - 1) await breathe();
    }
    const losses = refused.toRecord();
    return { stored: this.size - totalOf(losses), refused: losses, retry: false };
  }

  *#batches(): Generator<TelemetryData> {
    const maxItems = Math.min(MAX_BATCH_ITEMS, this.#host.sinks.maxBatchItems);
    let events: TelemetryEvent[] = [];
    let metrics: TelemetryMetric[] = [];
    let bytes = 0;
    for (const item of this.#items) {
      if (isEvent(item)) events.push(item);
      else metrics.push(item);
      bytes += sizeOfItem(item);
      if (events.length + metrics.length < maxItems && bytes < MAX_BATCH_BYTES) continue;
      yield new TelemetryData({ events, metrics });
      events = [];
      metrics = [];
      bytes = 0;
    }
    if (events.length + metrics.length > 0) yield new TelemetryData({ events, metrics });
  }
}
