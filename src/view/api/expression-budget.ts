/** What the texts of one request may take together beyond what is usual, in milliseconds of processor time. */
const BUDGET_MILLIS = 1_000;
/** Such a part of the time that passes meanwhile is added to it: an event stream goes on for days. */
const REFILL_PART = 0.1;
/** What is usual for a text: most of it is what the deadline of a text costs. */
const USUAL_MILLIS = 0.5;
/** The same for each of its characters: 10 ms for a million. */
const USUAL_MILLIS_OF_CHARACTER = 1e-5;

/**
 * Takes the time of something in milliseconds, without what a busy machine did meanwhile: the processor time of the
 * process, but not more than the time that passed, as other threads have theirs.
 */
export function stopwatch(): () => number {
  const begun = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return Math.min((user + system) / 1_000, performance.now() - begun);
  };
}

/** The time that all regular expressions of one request may take. */
export class ExpressionBudget {
  #spent = 0;
  #last = performance.now();

  /**
   * Takes from it what one text has taken.
   *
   * @returns whether there is something left.
   */
  spend(millis: number, { length }: string): boolean {
    const excess = millis - USUAL_MILLIS - length * USUAL_MILLIS_OF_CHARACTER;
    if (excess <= 0) return true;
    const now = performance.now();
    this.#spent = Math.max(0, this.#spent - (now - this.#last) * REFILL_PART) + excess;
    this.#last = now;
    return this.#spent <= BUDGET_MILLIS;
  }
}
