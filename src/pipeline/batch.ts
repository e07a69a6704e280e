import type { TelemetryData } from '../model/data.js';

/** What a sink lost of a batch, by reason. */
export type Losses = Readonly<Record<string, number>>;

/** One flushed batch on its way to all sinks; it is settled once each has delivered or lost it. */
export class Batch {
  readonly data: TelemetryData;
  readonly size: number;
  #pending = 1;
  #lost = 0;
  #losses: Losses = {};
  readonly #settled: (batch: Batch) => void;

  constructor(data: TelemetryData, settled: (batch: Batch) => void) {
    this.data = data;
    this.size = data.size;
    this.#settled = settled;
  }

  /** What the sink that lost most has lost. */
  get losses(): Losses {
    return this.#losses;
  }

  /** One more sink has the batch. */
  hold(): void {
    this.#pending += 1;
  }

  /** A sink is done with the batch. */
  release(losses?: Losses): void {
    if (losses !== undefined) {
      let lost = 0;
      for (const count of Object.values(losses)) lost += count;
      if (lost > this.#lost) {
        this.#lost = lost;
        this.#losses = losses;
      }
    }
    this.#pending -= 1;
    if (this.#pending === 0) this.#settled(this);
  }
}
