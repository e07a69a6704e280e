import type { Tags } from './metric.js';

/** Characters of a text that are looked at, from each of its ends. */
const LOOKED_AT = 24;

/**
 * Whether a tag becomes no attribute: both generations drop what has an empty key, and `__proto__` would change the object
 * itself.
 */
export function isLeftOut(key: string, dropTags: ReadonlySet<string> | undefined): boolean {
  return key === '' || key === '__proto__' || dropTags?.has(key) === true;
}

/**
 * A number of 32 bits that is the same for the same tags in any order, and mostly another for others. If the number of some
 * tags is not among those of the series, they belong to none of them; no text has to be made to know that.
 *
 * @param dropTags - tags that are passed over.
 */
export function tagFingerprint(tags: Tags | undefined, dropTags: ReadonlySet<string> | undefined): number {
  let sum = 0;
  if (tags === undefined) return sum;
  for (const key of Object.keys(tags)) {
    if (isLeftOut(key, dropTags)) continue;
    const value = tags[key];
    const hash = typeof value === 'string' ? hashOf(value, 1) : hashOf(String(value), 2);
    // a sum is the same in any order; each tag is mixed before, so that two can't exchange their values
    sum = (sum + mixed(Math.imul(hashOf(key, 3), 0x9e3779b1) ^ hash)) | 0;
  }
  return sum;
}

/** FNV-1a over UTF-16 code units of both ends, and the length. */
function hashOf(text: string, seed: number): number {
  const { length } = text;
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193) ^ length;
  const first = Math.min(length, LOOKED_AT);
  for (let i = 0; i < first; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  for (let i = Math.max(first, length - LOOKED_AT); i < length; i += 1)
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The last step of MurmurHash3: every bit of the input may change every bit of the result. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
