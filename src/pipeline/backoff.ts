import type { Clock } from '../runtime/clock.js';

/** The pause after the first failure, in milliseconds. */
export const FIRST_DELAY_MILLIS = 100;
const LAST_DELAY_MILLIS = 30_000;

/** The pause after so many failures in a row, in milliseconds: twice as long each time, at most 30 s. */
export function delayAfter(failures: number): number {
  return Math.min(LAST_DELAY_MILLIS, FIRST_DELAY_MILLIS * 2 ** Math.min(20, failures - 1));
}

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
