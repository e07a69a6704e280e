import type { Clock } from 'rimp-telemetry';

/** A clock that goes only when a test says so. */
export class ManualClock implements Clock {
  #now: number;
  /** How far the wall clock was set from the time that has really passed. */
  #shift = 0;
  #timers: { at: number; run: () => void }[] = [];

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#shift;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Sets the wall clock forward, or back if `millis` is negative. */
  set(millis: number): void {
    this.#shift += millis;
  }

  after(delayMillis: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMillis, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  advance(millis: number): void {
    this.#now += millis;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }
}
