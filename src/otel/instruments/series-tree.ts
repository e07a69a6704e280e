import type { Tags, TagValue } from '../../model/metric.js';
import type { Attributes } from '../sdk-types.js';

/** Different keys after the same tags that are found in the tree. */
const MAX_FORKS = 8;
/** Places in the tree for each series that there may be. */
const PLACES_EACH = 8;

/** A series of an instrument. */
export interface Series {
  /** Its tags as attributes: one object for good, which nobody may change. */
  readonly attributes: Attributes;
}

/** What comes after some tags: the next tag, and what comes after that. */
class Place<S extends Series> {
  key: string | undefined;
  value: TagValue | undefined;
  next: Place<S> | undefined;
  /** If the next tag has more than one value. */
  more: Map<TagValue, Place<S>> | undefined;
  /** If something else may be the next tag. */
  other: Place<S> | undefined;
  /** The series, if no tag follows. */
  series: S | undefined;
}

/**
 * Finds the series of some tags without making a text of them, as the SDKs do: it goes from tag to tag in the order in
 * which they come.
 *
 * It assumes that a call site gives its tags in the same order each time, and that tags have few values. If not, and for
 * a series that is new, it makes that text, by which each series is known once: the order of tags makes no other series.
 * Series, and places in the tree, are bounded.
 */
export class SeriesTree<S extends Series> {
  readonly #make: (attributes: Attributes) => S;
  readonly #maxSeries: number;
  readonly #dropTags: ReadonlySet<string> | undefined;
  readonly #root = new Place<S>();
  readonly #byText = new Map<string, S>();
  #places = 0;

  constructor(make: (attributes: Attributes) => S, maxSeries: number, dropTags: ReadonlySet<string> | undefined) {
    this.#make = make;
    this.#maxSeries = maxSeries;
    this.#dropTags = dropTags;
  }

  /** The series of these tags; `undefined` if it would be one too many. */
  find(tags: Tags | undefined): S | undefined {
    const dropTags = this.#dropTags;
    let place: Place<S> = this.#root;
    for (const key in tags) {
      if (dropTags?.has(key) === true) continue;
      const value = tags[key] as TagValue;
      let fork: Place<S> | undefined = place;
      while (fork !== undefined && fork.key !== key) fork = fork.other;
      const next: Place<S> | undefined = fork?.value === value ? fork.next : fork?.more?.get(value);
      if (next === undefined) return this.#learn(tags);
      place = next;
    }
    return place.series ?? this.#learn(tags);
  }

  /** A copy of the tags: the SDKs keep the object that they are given. */
  attributesOf(tags: Tags | undefined): Attributes {
    const attributes: Attributes = {};
    for (const key of Object.keys(tags ?? {})) {
      // both generations drop what has an empty key, and the other would change the object itself
      if (key === '' || key === '__proto__' || this.#dropTags?.has(key) === true) continue;
      attributes[key] = (tags as Tags)[key];
    }
    return attributes;
  }

  #learn(tags: Tags | undefined): S | undefined {
    const attributes = this.attributesOf(tags);
    const text = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    let series = this.#byText.get(text);
    if (series === undefined) {
      if (this.#byText.size >= this.#maxSeries) return undefined;
      series = this.#make(attributes);
      this.#byText.set(text, series);
    }
    this.#plant(tags, series);
    return series;
  }

  #plant(tags: Tags | undefined, series: S): void {
    let place = this.#root;
    for (const key in tags) {
      if (this.#dropTags?.has(key) === true) continue;
      const fork = this.#fork(place, key);
      if (fork === undefined) return;
      place = this.#after(fork, tags[key] as TagValue);
    }
    place.series = series;
  }

  /** The place among those of some tags that a key has; `undefined` if there is no room. */
  #fork(first: Place<S>, key: string): Place<S> | undefined {
    if (this.#places >= this.#maxSeries * PLACES_EACH) return undefined;
    let fork = first;
    for (let forks = 1; fork.key !== undefined && fork.key !== key; forks += 1) {
      if (forks >= MAX_FORKS) return undefined;
      fork.other ??= new Place<S>();
      fork = fork.other;
    }
    fork.key = key;
    return fork;
  }

  #after(fork: Place<S>, value: TagValue): Place<S> {
    const known = fork.value === value ? fork.next : fork.more?.get(value);
    if (known !== undefined) return known;
    this.#places += 1;
    const next = new Place<S>();
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
