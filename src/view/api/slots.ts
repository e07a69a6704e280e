import type { ApiProblem } from './api-error.js';

/** Places for work of which a view does a few at a time. */
export class Slots {
  readonly #max: number;
  readonly #maxWaiting: number;
  readonly #refusal: ApiProblem;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /**
   * @param maxWaiting - requests that wait for a place, at most.
   * @param refusal - what further ones are answered.
   */
  constructor(max: number, maxWaiting: number, refusal: ApiProblem) {
    this.#max = max;
    this.#maxWaiting = maxWaiting;
    this.#refusal = refusal;
  }

  /**
   * Takes a place, in the order of arrival.
   *
   * @param signal - ends the wait: aborted if the client goes away.
   * @returns a function that gives the place back, to be called once.
   * @throws ApiProblem if too many wait, or the wait was ended.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    if (this.#taken < this.#max) {
      this.#taken += 1;
      return this.#release;
    }
    if (this.#waiting.length >= this.#maxWaiting) throw this.#refusal;
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(this.#refusal);
      };
      this.#waiting.push(go);
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
    });
    return this.#release;
  }

  readonly #release = (): void => {
    // the place goes on to the next one as it is
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
  };
}
