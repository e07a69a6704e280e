import type { Clock } from '../runtime/clock.js';

/** The first pause after a failure, at most: each further failure doubles it. */
export const FIRST_DELAY_MILLIS = 100;
/** The longest pause that nobody asked for. */
export const LAST_DELAY_MILLIS = 30_000;
/** A pause that is cut short has at least this length. */
export const SHORTEST_CUT_MILLIS = 1_000;
/** The longest pause that a server may ask for. */
export const MAX_ASKED_MILLIS = 60 * 60_000;

/**
 * The pauses between attempts to reach something that fails: exponential, with jitter, so that many processes don't
 * come back together; or as long as the other side asked for.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  #wake: (() => void) | undefined;
  #isAsked = false;
  /** So much of the pause is over that it may be cut short. */
  #mayCut = false;
  /** Somebody asked for that. */
  #isCut = false;

  /** @param random - gives 0 to 1; for tests. */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether the pause that is on is one that the other side asked for. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** An attempt succeeded, or somebody starts over: the next pause is a short one again. */
  reset(): void {
    this.#failures = 0;
  }

  /**
   * An attempt failed: resolves when the next one is due, or when {@link end} is called.
   *
   * @param askedMillis - the pause that the other side asked for; it gets that much, up to an hour, and 10 % at most on top.
   */
  async failed(askedMillis?: number): Promise<void> {
    this.#failures += 1;
    this.#isAsked = askedMillis !== undefined;
    await this.#wait(this.#delay(askedMillis));
    this.#isAsked = false;
  }

  /** Ends the pause that is on at once, if one is. */
  end(): void {
    this.#wake?.();
  }

  /**
   * Ends the pause that is on as soon as a second of it is over, so that whoever asks without end doesn't add to the load
   * of a server that fails; one that the other side asked for is kept.
   */
  cut(): void {
    if (this.#isAsked) return;
    if (this.#mayCut) this.end();
    else this.#isCut = true;
  }

  #delay(askedMillis: number | undefined): number {
    if (askedMillis !== undefined)
      return Math.min(MAX_ASKED_MILLIS, Math.max(FIRST_DELAY_MILLIS, askedMillis)) * (1 + this.#random() / 10);
    const exponential = Math.min(LAST_DELAY_MILLIS, FIRST_DELAY_MILLIS * 2 ** Math.min(20, this.#failures - 1));
    return exponential * (0.5 + this.#random() / 2);
  }

  #wait(delayMillis: number): Promise<void> {
    return new Promise((resolve) => {
      const cancels: (() => void)[] = [];
      const end = (): void => {
        this.#wake = undefined;
        for (const cancel of cancels) cancel();
        resolve();
      };
      this.#mayCut = false;
      this.#isCut = false;
      this.#wake = end;
      cancels.push(this.#clock.after(delayMillis, end));
      if (this.#isAsked || delayMillis <= SHORTEST_CUT_MILLIS) return;
      const mayCut = (): void => {
        this.#mayCut = true;
        if (this.#isCut) end();
      };
      cancels.push(this.#clock.after(SHORTEST_CUT_MILLIS, mayCut));
    });
  }
}
