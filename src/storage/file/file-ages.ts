/** A file that is further in the future was made under another clock: its age is not known. */
const WRONG_CLOCK_MILLIS = 24 * 3_600_000;

/**
 * How old files are, in milliseconds, whatever happens to the wall clock while this process lives: it is asked once, when
 * a file is seen for the first time, and not believed if it says that the file is of the future. From then on a
 * monotonic clock counts.
 */
export class FileAges {
  #seen = new Map<string, { readonly at: number; readonly age: number; readonly isOfFuture: boolean }>();

  /**
   * @param id - what distinguishes the file from others.
   * @param dates - when it may have been made, in milliseconds since the Unix epoch, the most credible first.
   */
  ageOf(id: string, dates: readonly number[]): number {
    const now = performance.now();
    let seen = this.#seen.get(id);
    if (seen === undefined) {
      const wall = Date.now();
      const credible = dates.find((date) => date > 0 && date <= wall);
      const isOfFuture = credible === undefined && dates.some((date) => date > wall + WRONG_CLOCK_MILLIS);
      seen = { at: now, age: credible === undefined ? 0 : wall - credible, isOfFuture };
      this.#seen.set(id, seen);
    }
    return seen.age + now - seen.at;
  }

  /** Whether a file was of the future when it was seen first: it was made under another clock. */
  isOfFuture(id: string): boolean {
    return this.#seen.get(id)?.isOfFuture === true;
  }

  /** Forgets all files but these. */
  keep(ids: readonly string[]): void {
    const kept = new Set(ids);
    this.#seen = new Map([...this.#seen].filter(([id]) => kept.has(id)));
  }
}
