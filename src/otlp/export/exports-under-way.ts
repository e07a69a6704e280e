/** Exports that are under way, in the order in which they began, and the records that left before the first of them. */
export class ExportsUnderWay {
  /** How many records had begun before each. */
  readonly #before = new Set<number>();
  #begun = 0;

  /** How many there are. */
  get count(): number {
    return this.#before.size;
  }

  /** Records whose export has begun, those included that have left. */
  get begun(): number {
    return this.#begun;
  }

  /** Records that have left for good, before the first that has not. */
  get settled(): number {
    const [oldest] = this.#before;
    return oldest ?? this.#begun;
  }

  /** An export of so many records begins; returns what ends it. */
  begin(records: number): () => void {
    const before = this.#begun;
    this.#begun += records;
    this.#before.add(before);
    return () => this.#before.delete(before);
  }
}
