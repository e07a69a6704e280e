import { TelemetryData } from '../model/data.js';
import type { Batch, Losses } from './batch.js';
import { Counts } from './counters.js';
import type { Progress } from './sink-failure.js';

/** What one sink has of a batch: the whole of it first, in halves if the sink refuses an item in it. */
export class Share {
  readonly batch: Batch;
  /** Its place in the order in which the queue was given batches. */
  readonly number: number;
  #portions = 1;
  /** Absent as long as nothing was lost. */
  #losses: Counts | undefined;
  #refused: Counts | undefined;

  constructor(batch: Batch, number: number) {
    this.batch = batch;
    this.number = number;
  }

  /** The share as one portion. */
  whole(): Portion {
    return new Portion(this, this.batch.data, this.batch.bytes);
  }

  /** A portion was halved. */
  split(): void {
    this.#portions += 1;
  }

  /** The sink is done with a portion; true if it was the last one. */
  settle(losses: Losses, isRefusal: boolean): boolean {
    for (const reason in losses) {
      this.#losses ??= new Counts();
      this.#losses.add(reason, losses[reason]);
      if (!isRefusal) continue;
      this.#refused ??= new Counts();
      this.#refused.add(reason, losses[reason]);
    }
    this.#portions -= 1;
    if (this.#portions > 0) return false;
    this.batch.release(this.#losses?.toRecord(), this.#refused?.toRecord());
    return true;
  }
}

/** Items that a sink is given at once. */
export class Portion {
  readonly share: Share;
  readonly data: TelemetryData;
  readonly size: number;
  readonly bytes: number;
  /** How far the sink came before it failed. */
  progress: Progress | undefined = undefined;

  constructor(share: Share, data: TelemetryData, bytes: number) {
    this.share = share;
    this.data = data;
    this.size = data.size;
    this.bytes = bytes;
  }

  /** What is lost if the portion is given up for this reason: all that the sink does not have yet. */
  lossesFor(reason: string): Losses {
    const { done, losses } = this.progress ?? { done: 0, losses: {} };
    return { ...losses, [reason]: (losses[reason] ?? 0) + this.size - done };
  }

  /** The portion in pieces of so many items at most, in its order. */
  pieces(maxItems: number): readonly Portion[] {
    return this.size <= maxItems ? [this] : this.halves().flatMap((half) => half.pieces(maxItems));
  }

  /** The two halves of a portion of two items or more, in its order: events before metrics. */
  halves(): readonly [Portion, Portion] {
    const { events, metrics } = this.data;
    const middle = Math.ceil(this.size / 2);
    const cut = Math.max(0, middle - events.length);
    const first = new TelemetryData({ events: events.slice(0, middle), metrics: metrics.slice(0, cut) });
    const second = new TelemetryData({ events: events.slice(middle), metrics: metrics.slice(cut) });
    this.share.split();
    // by halves as well: together they must be what the whole was
    const bytes = Math.floor(this.bytes / 2);
    return [new Portion(this.share, first, bytes), new Portion(this.share, second, this.bytes - bytes)];
  }
}
