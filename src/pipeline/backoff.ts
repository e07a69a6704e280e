import type { Clock } from '../runtime/clock.js';

/** A wait that somebody may end before its time. */
export class Pause {
  readonly #clock: Clock;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the time is over, or {@link end} is called. */
  wait(delayMillis: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake = undefined;
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(delayMillis, done);
      this.#wake = done;
    });
  }

  /** Ends the wait that is on, if one is. */
  end(): void {
    this.#wake?.();
  }
}
