import type { TelemetryData } from '../model/data.js';
import { sizeOfItems } from '../model/item-size.js';

/** What a sink lost of a batch, by reason. */
export type Losses = Readonly<Record<string, number>>;

/** One flushed batch, or a part of a received request, on its way to all sinks; it is settled once each has delivered or lost it. */
export class Batch {
  readonly data: TelemetryData;
  readonly size: number;
  /** An estimate of the memory that it takes. */
  readonly bytes: number;
  /** Whether it was taken back: a sink that fails with it doesn't try again. */
  isWithdrawn = false;
  #pending = 1;
  #lost = 0;
  #losses: Losses = {};
  #refused: Losses = {};
  #refusedCount = 0;
  #isIncomplete = false;
  readonly #settled: (batch: Batch) => void;

  constructor(data: TelemetryData, settled: (batch: Batch) => void, bytes?: number) {
    this.data = data;
    this.size = data.size;
    this.bytes = bytes ?? sizeOfItems([...data.events, ...data.metrics]);
    this.#settled = settled;
  }

  /** What the sink that lost most has lost. */
  get losses(): Losses {
    return this.#losses;
  }

  /** What the sink that refused most has refused for what the items are: no try can store them. */
  get refused(): Losses {
    return this.#refused;
  }

  /** Whether a sink lost something that it did not refuse: it was full, failed, or was closed. */
  get isIncomplete(): boolean {
    return this.#isIncomplete;
  }

  /** One more sink has the batch. */
  hold(): void {
    this.#pending += 1;
  }

  /**
   * A sink is done with the batch.
   *
   * @param losses - all that it lost, by reason.
   * @param refused - those of them that it refused for what they are.
   */
  release(losses: Losses = {}, refused: Losses = {}): void {
    const lost = totalOf(losses);
    const refusedCount = totalOf(refused);
    if (lost > this.#lost) {
      this.#lost = lost;
      this.#losses = losses;
    }
    if (refusedCount > this.#refusedCount) {
      this.#refusedCount = refusedCount;
      this.#refused = refused;
    }
    if (lost > refusedCount) this.#isIncomplete = true;
    this.#pending -= 1;
    if (this.#pending === 0) this.#settled(this);
  }
}

/** All counts of losses together. */
export function totalOf(losses: Losses): number {
  let total = 0;
  for (const reason in losses) total += losses[reason] as number;
  return total;
}
