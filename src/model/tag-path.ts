/** What comes after some tags: the next tag, and what comes after that. */
class Place<T> {
  key: string | undefined = undefined;
  value: unknown = undefined;
  next: Place<T> | undefined = undefined;
  /** If the next tag has more than one value. */
  more: Map<unknown, Place<T>> | undefined = undefined;
  /** By their keys, if something else may be the next tag. */
  others: Map<string, Place<T>> | undefined = undefined;
  /** If nothing else has come after these tags: keys and values by turns. */
  rest: readonly unknown[] | undefined = undefined;
  /** What belongs to these tags, and those of the rest, if no further one follows. */
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
  /** The rest before: mostly the next one is the same, and one object for all of them is near at hand for the processor. */
  #lastRest: readonly unknown[] = [];

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
    let { rest } = place;
    let at = 0;
    for (const key in tags) {
      if (dropTags?.has(key) === true) continue;
      const value = (tags as Record<string, unknown>)[key];
      if (rest !== undefined) {
        if (rest[at] !== key || rest[at + 1] !== value) return undefined;
        at += 2;
        continue;
      }
      const fork: Place<T> | undefined = place.key === key ? place : place.others?.get(key);
      const next: Place<T> | undefined = fork?.value === value ? fork?.next : fork?.more?.get(value);
      if (next === undefined) return undefined;
      place = next;
      ({ rest } = next);
    }
    return rest === undefined || at === rest.length ? place.end : undefined;
  }

  /** Remembers what belongs to some tags, if there is room. */
  plant(tags: object | undefined, end: T): void {
    const pairs = this.#pairsOf(tags);
    let place = this.#root;
    for (let at = 0; at < pairs.length; at += 2) {
      if (!this.#unfold(place)) return;
      const fork = this.#fork(place, pairs[at] as string);
      if (fork === undefined) return;
      const before = this.#places;
      place = this.#after(fork, pairs[at + 1]);
      if (this.#places > before) {
        place.rest = this.#restOf(pairs, at + 2);
        place.end = end;
        return;
      }
    }
    if (this.#unfold(place)) place.end = end;
  }

  #pairsOf(tags: object | undefined): unknown[] {
    const pairs: unknown[] = [];
    for (const key in tags)
      if (this.#dropTags?.has(key) !== true) pairs.push(key, (tags as Record<string, unknown>)[key]);
    return pairs;
  }

  #restOf(pairs: readonly unknown[], from: number): readonly unknown[] {
    const rest = pairs.slice(from);
    const last = this.#lastRest;
    if (last.length !== rest.length || rest.some((part, i) => part !== last[i])) this.#lastRest = rest;
    return this.#lastRest;
  }

  /** Has something else come after a place than its rest; false if there is no room. */
  #unfold(place: Place<T>): boolean {
    const { rest } = place;
    if (rest === undefined) return true;
    if (rest.length > 0) {
      if (this.isFull) return false;
      this.#places += 1;
      const next = new Place<T>();
      next.rest = this.#restOf(rest, 2);
      next.end = place.end;
      place.key = rest[0] as string;
      place.value = rest[1];
      place.next = next;
      place.end = undefined;
    }
    place.rest = undefined;
    return true;
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
