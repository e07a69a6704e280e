import { type FlatCopy, flatCopy } from '../codec/flat-copy.js';
import { KnownTags } from '../model/known-tags.js';
import type { Tags } from '../model/metric.js';
import { tagFingerprint } from '../model/tag-fingerprint.js';
import { TagPath } from '../model/tag-path.js';

/** Places of the path: one or two for each series, some 200 bytes each. */
const MAX_PLACES = 16_384;
/** Calls after which tags that had too many values to be remembered get another chance. */
const PAUSE = 100_000;
const NOTHING = {};

/** Bits, a power of two, for tags that came once: of those that come a single time, such as ids, nothing else is kept. */
const BITS = 2 ** 19;
/** Bits that are set before all are cleared: more would say too often that tags came before. */
const MAX_SET = BITS / 4;
const seen = new Uint32Array(BITS / 32);
let setBits = 0;

/** The tags of a collector's metrics. */
export class TagMemory {
  #path = new TagPath<KnownTags>(MAX_PLACES);
  #found = 0;
  #learnt = 0;
  #pause = 0;
  #last: KnownTags | undefined;

  /**
   * The fast way to copy tags: those that came before are found, and all metrics with the same tags share one frozen copy.
   *
   * It assumes that tags are a plain map of text, numbers and booleans, and that the same come again: they are
   * remembered when they come for the second time. For others it gives `undefined`; and while most are new, it remembers
   * none, but copies each.
   */
  copyOf(tags: object): Tags | undefined {
    this.#last = this.#recall(tags) ?? this.#copy(tags);
    return this.#last?.tags;
  }

  /** What is known of tags, if they are those that {@link copyOf} gave last. */
  lastOf(tags: Tags | undefined): KnownTags | undefined {
    const last = this.#last;
    return last?.tags === tags ? last : undefined;
  }

  #recall(tags: object): KnownTags | undefined {
    try {
      const prototype: unknown = Object.getPrototypeOf(tags);
      if (prototype !== Object.prototype && prototype !== null) return undefined;
      for (const _ in NOTHING) return undefined;
      const known = this.#path.find(tags);
      if (known !== undefined) this.#found += 1;
      return known;
    } catch {
      return undefined;
    }
  }

  #copy(tags: object): KnownTags | undefined {
    const copy = flatCopy(tags);
    return copy?.flatKeys === undefined || copy.flatKeys === 0 ? undefined : this.#learn(copy);
  }

  #learn({ value, bytes }: FlatCopy): KnownTags {
    const tags = value as Tags;
    const known = new KnownTags(tags, bytes);
    if (this.#pause > 0) {
      this.#pause -= 1;
      return known;
    }
    if (!isSeenAgain(tags)) return known;
    if (this.#path.isFull) {
      this.#path = new TagPath(MAX_PLACES);
      if (this.#found < this.#learnt) this.#pause = PAUSE;
      this.#found = 0;
      this.#learnt = 0;
    }
    this.#learnt += 1;
    Object.freeze(tags);
    this.#path.plant(tags, known);
    return known;
  }
}

function isSeenAgain(tags: Tags): boolean {
  const place = tagFingerprint(tags, undefined) & (BITS - 1);
  const bit = 1 << (place & 31);
  const bits = seen[place >>> 5] as number;
  if ((bits & bit) !== 0) return true;
  if (setBits >= MAX_SET) {
    seen.fill(0);
    setBits = 0;
  }
  seen[place >>> 5] = bits | bit;
  setBits += 1;
  return false;
}
