import type { KnownTags } from '../../model/known-tags.js';
import type { Tags } from '../../model/metric.js';
import { isLeftOut, tagFingerprint } from '../../model/tag-fingerprint.js';
import { type Leaf, TagPath } from '../../model/tag-path.js';
import type { Attributes } from '../sdk-types.js';

/** Places of the path for each series that there may be. */
const PLACES_EACH = 8;

/** A series of an instrument. */
export interface Series {
  /** Its tags as attributes: one object for good, which nobody may change. */
  readonly attributes: Attributes;
}

interface Found<S> extends Leaf {
  readonly series: S;
}

/**
 * Finds the series of some tags without making a text of them, as the SDKs do: it goes from tag to tag in the order in
 * which they come.
 *
 * It assumes that a call site gives its tags in the same order each time, and that tags have few values. If not, and for
 * a series that is new, it makes that text, by which each series is known once: the order of tags makes no other series.
 * Series, and places of the path, are bounded. Once there are as many as there may be, a number tells those that are one
 * too many from those that are known in another order.
 */
export class SeriesTree<S extends Series> {
  readonly #make: (attributes: Attributes) => S;
  readonly #maxSeries: number;
  readonly #dropTags: ReadonlySet<string> | undefined;
  readonly #path: TagPath<Found<S>>;
  readonly #byText = new Map<string, S>();
  /** Of all series; made when there are as many as there may be. */
  #fingerprints: Set<number> | undefined;
  /** Of tags that can't change, as those that the collector knows: several instruments may have series of them. */
  readonly #byTags = new Map<Tags, S>();

  constructor(make: (attributes: Attributes) => S, maxSeries: number, dropTags: ReadonlySet<string> | undefined) {
    this.#make = make;
    this.#maxSeries = maxSeries;
    this.#dropTags = dropTags;
    this.#path = new TagPath(maxSeries * PLACES_EACH, dropTags);
  }

  /**
   * The series of these tags; `undefined` if it would be one too many.
   *
   * @param known - what is known of them, if they are remembered.
   */
  find(tags: Tags | undefined, known?: KnownTags): S | undefined {
    if (known === undefined) return this.#find(tags);
    if (known.finder === this) return known.found as S;
    const found = this.#find(tags);
    if (found !== undefined) {
      known.finder = this;
      known.found = found;
    }
    return found;
  }

  /** A copy of the tags: the SDKs keep the object that they are given. */
  attributesOf(tags: Tags | undefined): Attributes {
    const attributes: Attributes = {};
    for (const key of Object.keys(tags ?? {})) {
      if (!isLeftOut(key, this.#dropTags)) attributes[key] = (tags as Tags)[key];
    }
    return attributes;
  }

  #find(tags: Tags | undefined): S | undefined {
    if (tags === undefined) return this.#path.find(tags)?.series ?? this.#learn(tags);
    const before = this.#byTags.get(tags);
    if (before !== undefined) return before;
    const found = this.#path.find(tags)?.series ?? this.#learn(tags);
    if (found !== undefined && Object.isFrozen(tags)) this.#note(tags, found);
    return found;
  }

  #mayBeKnown(tags: Tags | undefined): boolean {
    if (this.#fingerprints === undefined) {
      this.#fingerprints = new Set();
      for (const { attributes } of this.#byText.values())
        this.#fingerprints.add(tagFingerprint(attributes as Tags, undefined));
    }
    return this.#fingerprints.has(tagFingerprint(tags, this.#dropTags));
  }

  #note(tags: Tags, series: S): void {
    if (this.#byTags.size >= this.#maxSeries) this.#byTags.clear();
    this.#byTags.set(tags, series);
  }

  #learn(tags: Tags | undefined): S | undefined {
    if (this.#byText.size >= this.#maxSeries && !this.#mayBeKnown(tags)) return undefined;
    const attributes = this.attributesOf(tags);
    const text = textOf(attributes);
    let series = this.#byText.get(text);
    if (series === undefined) {
      if (this.#byText.size >= this.#maxSeries) return undefined;
      series = this.#make(attributes);
      this.#byText.set(text, series);
    }
    this.#path.plant(tags, { series, rest: undefined });
    return series;
  }
}

/** The same for the same tags in any order, and for no others. */
function textOf(attributes: Attributes): string {
  let text = '';
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key];
    text += `${key.length}:${key}`;
    // a text has its length, so that nothing in it can be taken for what follows
    text += typeof value === 'string' ? `=${value.length}:${value}` : `~${String(value)},`;
  }
  return text;
}
