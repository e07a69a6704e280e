const FIRST_NANOS = 60_000_000_000n;
const LEAST_NANOS = 1_000_000n;
const GROWTH = 64n;

/**
 * Parts of the order of arrival that are asked for one after the other, from the near end to the far one. The index of it
 * leaves out what lies beyond a part, so that the server need not look for the last items among all, nor sort all that is
 * still to come for each page.
 */
export class SeqParts {
  readonly #descending: boolean;
  readonly #now: () => bigint;
  #nanos = FIRST_NANOS;
  #isAnywhere: boolean;

  /**
   * @param from - where the first part begins; `undefined`: at the near end, which in ascending order may be any time.
   * @param now - the time in nanoseconds.
   */
  constructor(descending: boolean, from: bigint | undefined, now = (): bigint => BigInt(Date.now()) * 1_000_000n) {
    this.#descending = descending;
    this.#now = now;
    this.#isAnywhere = !descending && from === undefined;
  }

  /** The last place of the part that begins there; `undefined`: it has no end. */
  endOf(from: bigint | undefined): bigint | undefined {
    if (this.#isAnywhere) return undefined;
    const now = this.#now();
    const start = from ?? now;
    if (!this.#descending) return start + this.#nanos < now ? start + this.#nanos : undefined;
    return start > this.#nanos ? start - this.#nanos : undefined;
  }

  /** A part had less than was asked for: the next one is larger. */
  widen(): void {
    this.#nanos *= GROWTH;
  }

  /** A part had all that was asked for, from one place to another. */
  fit(first: bigint, last: bigint): void {
    const distance = first < last ? last - first : first - last;
    this.#nanos = distance * 2n > LEAST_NANOS ? distance * 2n : LEAST_NANOS;
    this.#isAnywhere = false;
  }
}
