/** The last items of a sequence that was longer, each with its number in it. */
export class Ring<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  #size = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an item; true where the oldest had to leave. */
  push(item: T): boolean {
    if (this.#size < this.#capacity) {
      this.#slots[(this.#head + this.#size) % this.#capacity] = item;
      this.#size += 1;
      return false;
    }
    this.#slots[this.#head] = item;
    this.#head = (this.#head + 1) % this.#capacity;
    return true;
  }

  /** All items, the oldest first. */
  toArray(): T[] {
    const items: T[] = [];
    for (let i = 0; i < this.#size; i += 1) items.push(this.#slots[(this.#head + i) % this.#capacity] as T);
    return items;
  }

  clear(): void {
    this.#slots = [];
    this.#head = 0;
    this.#size = 0;
  }
}
