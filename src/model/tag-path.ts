/** What belongs to some tags. Each is planted once. */
export interface Leaf {
  /** The tags that come after those by which it is found, keys and values by turns: set by the path. */
  rest: readonly unknown[] | undefined;
}

/** What comes after some tags: the next tag, and what comes after that. */
class Place<L extends Leaf> {
  key: string | undefined = undefined;
  value: unknown = undefined;
  next: Place<L> | L | undefined = undefined;
  /** If the next tag has more than one value. */
  more: Map<unknown, Place<L> | L> | undefined = undefined;
  /** By their keys, if something else may be the next tag. */
  others: Map<string, Place<L>> | undefined = undefined;
  /** What belongs to these tags, if no further one follows. */
  end: L | undefined = undefined;
  /** What distinguishes it from a leaf. */
  readonly rest = undefined;

  after(value: unknown): Place<L> | L | undefined {
    return this.value === value ? this.next : this.more?.get(value);
  }

  setAfter(value: unknown, next: Place<L> | L): void {
    if (this.next === undefined) this.value = value;
    if (this.value === value) this.next = next;
    else {
      this.more ??= new Map();
      this.more.set(value, next);
    }
  }
}

/**
 * Finds what belongs to some tags, text, numbers and booleans, by going from tag to tag in the order in which they come:
 * the same tags in another order are another path. Where nothing else follows, the way is short: what is found holds the
 * tags that are left. Its size is bounded.
 */
export class TagPath<L extends Leaf> {
  readonly #maxPlaces: number;
  readonly #dropTags: ReadonlySet<string> | undefined;
  readonly #root = new Place<L>();
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
  find(tags: object | undefined): L | undefined {
    const dropTags = this.#dropTags;
    let found: Place<L> | L = this.#root;
    let rest: readonly unknown[] | undefined;
    let at = 0;
    for (const key in tags) {
      if (dropTags?.has(key) === true) continue;
      const value = (tags as Record<string, unknown>)[key];
      if (rest !== undefined) {
        if (rest[at] !== key || rest[at + 1] !== value) return undefined;
        at += 2;
        continue;
      }
      const place: Place<L> = found as Place<L>;
      const fork: Place<L> | undefined = place.key === key ? place : place.others?.get(key);
      // what `after` does, without a call
      const next: Place<L> | L | undefined = fork?.value === value ? fork?.next : fork?.more?.get(value);
      if (next === undefined) return undefined;
      found = next;
      ({ rest } = next);
    }
    if (rest === undefined) return (found as Place<L>).end;
    return at === rest.length ? (found as L) : undefined;
  }

  /** Remembers what belongs to some tags, if there is room. */
  plant(tags: object | undefined, leaf: L): void {
    const pairs = this.#pairsOf(tags);
    let place = this.#root;
    for (let at = 0; at < pairs.length; at += 2) {
      const fork = this.#fork(place, pairs[at] as string);
      if (fork === undefined || this.isFull) return;
      const value = pairs[at + 1];
      const next = fork.after(value);
      if (next === undefined) {
        this.#places += 1;
        leaf.rest = this.#restOf(pairs, at + 2);
        fork.setAfter(value, leaf);
        return;
      }
      place = next instanceof Place ? next : this.#unfold(next);
      fork.setAfter(value, place);
    }
    place.end = leaf;
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

  /** A place in front of a leaf, as something else may follow as well. */
  #unfold(leaf: L): Place<L> {
    this.#places += 1;
    const place = new Place<L>();
    const rest = leaf.rest ?? [];
    if (rest.length === 0) {
      leaf.rest = undefined;
      place.end = leaf;
    } else {
      leaf.rest = this.#restOf(rest, 2);
      place.key = rest[0] as string;
      place.setAfter(rest[1], leaf);
    }
    return place;
  }

  #fork(first: Place<L>, key: string): Place<L> | undefined {
    if (this.isFull) return undefined;
    first.key ??= key;
    if (first.key === key) return first;
    first.others ??= new Map();
    let fork = first.others.get(key);
    if (fork === undefined) {
      this.#places += 1;
      fork = new Place<L>();
      fork.key = key;
      first.others.set(key, fork);
    }
    return fork;
  }
}
