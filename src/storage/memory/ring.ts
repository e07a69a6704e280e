/** Slots before the first item that may be empty. */
const COMPACT_SLOTS = 1_024;

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

  /** Adds an item; gives the oldest if it had to leave. */
  push(item: T): T | undefined {
    const left = this.#size < this.#capacity ? undefined : this.shift();
    this.#slots[(this.#head + this.#size) % this.#capacity] = item;
    this.#size += 1;
    return left;
  }

  /** The oldest item; `undefined` if there is none. */
  get oldest(): T | undefined {
    return this.#size === 0 ? undefined : this.#slots[this.#head];
  }

  /** Takes the oldest item out. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#capacity;
    this.#size -= 1;
    // without a bound that brings the head back to the beginning, what is empty before it would grow for ever
    if (this.#head > COMPACT_SLOTS && this.#head > this.#size && this.#head + this.#size <= this.#capacity) {
      this.#slots = this.#slots.slice(this.#head, this.#head + this.#size);
      this.#head = 0;
    }
    return item;
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
