/** What comes after some tags: the next tag, and what comes after that. */
class Place<T> {
  key: string | undefined = undefined;
  value: unknown = undefined;
  next: Place<T> | undefined = undefined;
  /** If the next tag has more than one value. */
  more: Map<unknown, Place<T>> | undefined = undefined;
  /** By their keys, if something else may be the next tag. */
  others: Map<string, Place<T>> | undefined = undefined;
  /** What belongs to these tags, if no further one follows. */
  end: T | undefined = undefined;
}

/**
 * Finds what belongs to some tags, text, numbers and booleans, by going from tag to tag in the order in which they come:
 * the same tags in another order are another path. Its size is bounded.
 */
export class TagPath<T> {
  readonly #maxPlaces: number;
  readonly #dropTags: ReadonlySet<string> | undefined;
  readonly #root = new Place<T>();
  #places = 0;

  /** @param dropTags - tags that are passed over. */
  constructor(maxPlaces: number, dropTags?: ReadonlySet<string>) {
    this.#maxPlaces = maxPlaces;
    this.#dropTags = dropTags;
  }

  get isFull(): boolean {
    return this.#places >= this.#maxPlaces;
  }

  /** Throws if the tags do when they are read. */
  find(tags: object | undefined): T | undefined {
    const dropTags = this.#dropTags;
    let place = this.#root;
    for (const key in tags) {
      if (dropTags?.has(key) === true) continue;
      const value = (tags as Record<string, unknown>)[key];
      const fork: Place<T> | undefined = place.key === key ? place : place.others?.get(key);
      const next: Place<T> | undefined = fork?.value === value ? fork?.next : fork?.more?.get(value);
      if (next === undefined) return undefined;
      place = next;
    }
    return place.end;
  }

  /** Remembers what belongs to some tags, if there is room. */
  plant(tags: object | undefined, end: T): void {
    let place = this.#root;
    for (const key in tags) {
      if (this.#dropTags?.has(key) === true) continue;
      const fork = this.#fork(place, key);
      if (fork === undefined) return;
      place = this.#after(fork, (tags as Record<string, unknown>)[key]);
    }
    place.end = end;
  }

  #fork(first: Place<T>, key: string): Place<T> | undefined {
    if (this.isFull) return undefined;
    first.key ??= key;
    if (first.key === key) return first;
    first.others ??= new Map();
    let fork = first.others.get(key);
    if (fork === undefined) {
      this.#places += 1;
      fork = new Place<T>();
      fork.key = key;
      first.others.set(key, fork);
    }
    return fork;
  }

  #after(fork: Place<T>, value: unknown): Place<T> {
    const known = fork.value === value ? fork.next : fork.more?.get(value);
    if (known !== undefined) return known;
    this.#places += 1;
    const next = new Place<T>();
    if (fork.next === undefined) {
      fork.value = value;
      fork.next = next;
    } else {
      fork.more ??= new Map();
      fork.more.set(value, next);
    }
    return next;
  }
}
