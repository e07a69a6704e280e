/** What stands for words that differ. */
export const ANY = '<*>';

/** A pattern in the tree. */
export interface PatternNode<T> {
  readonly kind: string;
  words: readonly string[];
  readonly group: T;
  /** Set if it became part of another pattern. */
  mergedInto?: PatternNode<T>;
}

/** Words of a pattern; the rest of a longer message is one word more. */
const MAX_WORDS = 48;
/** Patterns that differ in nothing but the same one word, before that word counts as variable. */
const MANY_WORDS = 12;

/** Patterns by kind, number of words and first word. */
export class PatternTree<T> {
  /** By kind and number of words, then by first word. */
  readonly #leaves = new Map<string, Map<string, PatternNode<T>[]>>();
  readonly #absorb: (into: T, from: T) => void;
  #size = 0;

  /** @param absorb - adds the group of a pattern to that of another which it became part of. */
  constructor(absorb: (into: T, from: T) => void) {
    this.#absorb = absorb;
  }

  get size(): number {
    return this.#size;
  }

  *nodes(): Iterable<PatternNode<T>> {
    for (const byFirst of this.#leaves.values()) for (const leaf of byFirst.values()) yield* leaf;
  }

  /** The pattern that a folded message belongs to; if there is none, a new one with the group that `make` makes. */
  insert(kind: string, folded: string, make: () => T): PatternNode<T> {
    const words = wordsOf(folded);
    const leafKey = `${words.length} ${kind}`;
    let byFirst = this.#leaves.get(leafKey);
    if (byFirst === undefined) this.#leaves.set(leafKey, (byFirst = new Map()));
    const first = words[0] as string;
    const near = nearest(byFirst.get(first), words) ?? nearest(byFirst.get(ANY), words);
    if (near !== undefined) {
      near.words = general(near.words, words);
      return near;
    }
    const node: PatternNode<T> = { kind, words, group: make() };
    const alike = this.#alike(byFirst, words);
    put(byFirst, node);
    this.#size += 1;
    return alike === undefined ? node : this.#merge(byFirst, node, alike);
  }

  remove(node: PatternNode<T>): void {
    const leafKey = `${node.words.length} ${node.kind}`;
    const byFirst = this.#leaves.get(leafKey);
    if (byFirst === undefined) return;
    this.#take(byFirst, node);
    if (byFirst.size === 0) this.#leaves.delete(leafKey);
  }

  /** Patterns that differ from these words in the same one word, if there are many. */
  #alike(
    byFirst: ReadonlyMap<string, readonly PatternNode<T>[]>,
    words: readonly string[],
  ): PatternNode<T>[] | undefined {
    if (words.length < 2 || words.filter((word) => word === ANY).length + 1 > words.length / 2) return undefined;
    const byPlace = new Map<number, PatternNode<T>[]>();
    for (const leaf of byFirst.values()) {
      for (const node of leaf) {
        const place = onlyDifference(node.words, words);
        if (place === undefined) continue;
        const nodes = byPlace.get(place) ?? [];
        nodes.push(node);
        byPlace.set(place, nodes);
        if (nodes.length >= MANY_WORDS - 1) return nodes;
      }
    }
    return undefined;
  }

  #merge(
    byFirst: Map<string, PatternNode<T>[]>,
    node: PatternNode<T>,
    alike: readonly PatternNode<T>[],
  ): PatternNode<T> {
    // the oldest of them goes on: its group has the first example
    const [into, ...others] = alike as [PatternNode<T>, ...PatternNode<T>[]];
    this.#take(byFirst, into);
    for (const other of [...others, node]) {
      this.#take(byFirst, other);
      into.words = general(into.words, other.words);
      other.mergedInto = into;
      this.#absorb(into.group, other.group);
    }
    put(byFirst, into);
    this.#size += 1;
    return into;
  }

  #take(byFirst: Map<string, PatternNode<T>[]>, node: PatternNode<T>): void {
    const first = node.words[0] as string;
    const rest = byFirst.get(first)?.filter((one) => one !== node) ?? [];
    if (rest.length > 0) byFirst.set(first, rest);
    else byFirst.delete(first);
    this.#size -= 1;
  }
}

function put<T>(byFirst: Map<string, PatternNode<T>[]>, node: PatternNode<T>): void {
  const first = node.words[0] as string;
  const leaf = byFirst.get(first);
  if (leaf === undefined) byFirst.set(first, [node]);
  else leaf.push(node);
}

/** The words of a folded message, as patterns have them. */
export function wordsOf(folded: string): string[] {
  const words = folded.split(' ');
  return words.length > MAX_WORDS ? [...words.slice(0, MAX_WORDS), '…'] : words;
}

/** How many words of a message may differ from a pattern's: none of three, one of four, two of six. */
function maxDifferent(words: number): number {
  return words < 4 ? 0 : Math.floor(words / 3);
}

/** The pattern with the fewest differences, if these are few enough. */
function nearest<T>(leaf: readonly PatternNode<T>[] | undefined, words: readonly string[]): PatternNode<T> | undefined {
  let found: PatternNode<T> | undefined;
  let fewest = maxDifferent(words.length) + 1;
  for (const node of leaf ?? []) {
    const different = differences(node.words, words, fewest);
    if (different < fewest) {
      fewest = different;
      found = node;
    }
  }
  return found;
}

/**
 * How many words of the pattern would be variable if the message were of it; 0 if it is of it as it stands. At most
 * `limit`.
 */
function differences(pattern: readonly string[], words: readonly string[], limit: number): number {
  let variable = 0;
  let isNew = false;
  for (let i = 0; i < pattern.length; i += 1) {
    const word = pattern[i];
    if (word === words[i]) continue;
    if (word !== ANY) isNew = true;
    variable += 1;
    if (isNew && variable >= limit) return limit;
  }
  return isNew ? variable : 0;
}

function general(pattern: readonly string[], words: readonly string[]): readonly string[] {
  return pattern.every((word, i) => word === words[i] || word === ANY)
    ? pattern
    : pattern.map((word, i) => (word === words[i] ? word : ANY));
}

/** The place of the only word that differs; `undefined` if there are more or none. */
function onlyDifference(a: readonly string[], b: readonly string[]): number | undefined {
  let place: number | undefined;
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] === b[i]) continue;
    if (place !== undefined) return undefined;
    place = i;
  }
  return place;
}
