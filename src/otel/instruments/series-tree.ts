import type { Tags } from '../../model/metric.js';
import { TagPath } from '../../model/tag-path.js';
import type { Attributes } from '../sdk-types.js';

/** Places of the path for each series that there may be. */
const PLACES_EACH = 8;

/** A series of an instrument. */
export interface Series {
  /** Its tags as attributes: one object for good, which nobody may change. */
  readonly attributes: Attributes;
}

/**
 * Finds the series of some tags without making a text of them, as the SDKs do: it goes from tag to tag in the order in
 * which they come.
 *
 * It assumes that a call site gives its tags in the same order each time, and that tags have few values. If not, and for
 * a series that is new, it makes that text, by which each series is known once: the order of tags makes no other series.
 * Series, and places of the path, are bounded.
 */
export class SeriesTree<S extends Series> {
  readonly #make: (attributes: Attributes) => S;
  readonly #maxSeries: number;
  readonly #dropTags: ReadonlySet<string> | undefined;
  readonly #path: TagPath<S>;
  readonly #byText = new Map<string, S>();

  constructor(make: (attributes: Attributes) => S, maxSeries: number, dropTags: ReadonlySet<string> | undefined) {
    this.#make = make;
    this.#maxSeries = maxSeries;
    this.#dropTags = dropTags;
    this.#path = new TagPath(maxSeries * PLACES_EACH, dropTags);
  }

  /** The series of these tags; `undefined` if it would be one too many. */
  find(tags: Tags | undefined): S | undefined {
    return this.#path.find(tags) ?? this.#learn(tags);
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
    this.#path.plant(tags, series);
    return series;
  }
}
