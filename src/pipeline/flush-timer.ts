import { type Clock, elapsed } from '../runtime/clock.js';

/**
 * Calls back some time after the first item of a batch came. To set a timer and take it back costs more than all else that
 * becomes of a small batch, so a timer whose batch left early stays, and waits for the rest of a later batch's time.
 */
export class FlushTimer {
  readonly #clock: Clock;
  readonly #delayMillis: number;
  readonly #due: () => void;
  #cancel: (() => void) | undefined;
  /** When the timer is to call back. */
  #callsAt = 0;
  /** When the batch is due, on the clock of `elapsed`; `undefined` if there is none. */
  #dueAt: number | undefined;

  /** @param due - is called once the time of a batch is over. */
  constructor(clock: Clock, delayMillis: number, due: () => void) {
    this.#clock = clock;
    this.#delayMillis = delayMillis;
    this.#due = due;
  }

  /** There is an item: its batch is due after the delay, unless it is already. */
  start(): void {
    if (this.#dueAt !== undefined) return;
    const now = elapsed(this.#clock);
    this.#dueAt = now + this.#delayMillis;
    // one that is late by as much again was lost, as when a test gave the real timers back
    if (this.#cancel === undefined || now > this.#callsAt + this.#delayMillis) this.#set(now, this.#delayMillis);
  }

  /** The batch has left. */
  end(): void {
    this.#dueAt = undefined;
  }

  /** Takes the timer back: nothing is left of it. */
  stop(): void {
    this.#dueAt = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #set(now: number, delayMillis: number): void {
    this.#cancel?.();
    const dueAt = this.#dueAt;
    this.#callsAt = now + delayMillis;
    this.#cancel = this.#clock.after(delayMillis, () => {
      this.#cancel = undefined;
      if (this.#dueAt === undefined) return;
      const then = elapsed(this.#clock);
      const left = this.#dueAt - then;
      // the time of its own batch is over whatever the clock says, which a test may have stopped
      if (this.#dueAt !== dueAt && left > 0) {
        this.#set(then, Math.min(left, this.#delayMillis));
        return;
      }
      this.#dueAt = undefined;
      this.#due();
    });
  }
}
