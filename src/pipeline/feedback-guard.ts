import type { Diagnostics } from '../runtime/diagnostics.js';

/** Stretches of code that may fill the buffer one after another before the event loop has its turn. */
const MAX_STRETCHES = 1_000;

/**
 * Notices that storing a batch fills the buffer for the next one, over and over, which would keep the event loop from its
 * turn for ever. One stretch of code, such as a loop, may fill the buffer as often as it likes.
 */
export class FeedbackGuard {
  /** Full buffers that were not flushed at once. */
  deferred = 0;
  readonly #turn: () => number;
  readonly #diagnostics: Diagnostics;
  #lastTurn = Number.NaN;
  #stretches = 0;
  #inStretch = false;

  /** @param turn - gives a number that changes as soon as the event loop has had its turn. */
  constructor(turn: () => number, diagnostics: Diagnostics) {
    this.#turn = turn;
    this.#diagnostics = diagnostics;
  }

  /** Whether a full buffer may be flushed at once; else it has to wait for its time. */
  mayFlush(): boolean {
    if (this.#inStretch) return true;
    const turn = this.#turn();
    if (turn !== this.#lastTurn) {
      this.#lastTurn = turn;
      this.#stretches = 0;
    }
    if (this.#stretches >= MAX_STRETCHES) {
      this.deferred += 1;
      // each further item of this turn asks again
      if (this.#stretches > MAX_STRETCHES) return false;
      this.#stretches += 1;
      const what =
        'a storage or a consumer collects whenever it stores, without end: items wait for the flush interval';
      this.#diagnostics.report('feedback', what);
      return false;
    }
    this.#stretches += 1;
    this.#inStretch = true;
    void Promise.resolve().then(() => {
      this.#inStretch = false;
    });
    return true;
  }
}
