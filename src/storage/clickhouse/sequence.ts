/** Places in the order of arrival that one millisecond has. */
const SEQS_OF_MILLISECOND = 1_000_000;

/** Numbers of rows: ascending in this process, and about the time in nanoseconds, so that several processes come in turn. */
export class Sequence {
  #millis = 0;
  #rest = 0;

  /** The next number, as text: it is beyond what a `number` holds. */
  next(): string {
    const now = Date.now();
    if (now > this.#millis) {
      this.#millis = now;
      // another one than that of other processes
      this.#rest = Math.floor(Math.random() * (SEQS_OF_MILLISECOND / 2));
    } else {
      this.#rest += 1;
      if (this.#rest === SEQS_OF_MILLISECOND) {
        this.#millis += 1;
        this.#rest = 0;
      }
    }
    return `${this.#millis}${String(this.#rest).padStart(6, '0')}`;
  }
}
