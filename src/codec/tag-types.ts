import type { AnyValueMap } from '../model/any-value.js';
import { isAnyValueMap } from '../model/any-value.js';
import type { Tags, TagValue } from '../model/metric.js';
import { textOfValue } from './any-value-text.js';
import { setOwn } from './own-fields.js';

/**
 * The key in the `otel` part of a metric's line that has the types of those tags that are no text. The Python original
 * declares tags as text, and skips a line with others: `data.tags` holds text alone.
 */
export const TAG_TYPES = 'tagTypes';

/** The type of a tag that is no text. */
type TagType = 'number' | 'boolean';

/** Tags as a line holds them. */
export interface TextTags {
  readonly tags: Readonly<Record<string, string>>;
  /** The types of those that are no text, by name. */
  readonly types: Readonly<Record<string, TagType>>;
}

/** The tags as text with their types; `undefined` if all are text already, as most are. */
export function textTagsOf(tags: Tags): TextTags | undefined {
  if (!holdsOther(tags)) return undefined;
  const text: Record<string, string> = {};
  const types: Record<string, TagType> = {};
  for (const key of Object.keys(tags)) {
    const value = tags[key] as TagValue;
    setOwn(text, key, Object.is(value, -0) ? '-0' : textOfValue(value));
    if (typeof value === 'number' || typeof value === 'boolean') setOwn<TagType>(types, key, typeof value as TagType);
  }
  return { tags: text, types };
}

function holdsOther(tags: Tags): boolean {
  for (const key in tags) if (typeof tags[key] !== 'string') return true;
  return false;
}

/**
 * The tags of a line: text becomes what its type says, if it can; numbers and booleans stay, as lines that were written
 * without types have them; what no tag can be becomes text, and null is left out.
 */
export function tagsFromLine(tags: AnyValueMap, types: unknown): Tags {
  if (types === undefined && areTags(tags)) return tags;
  const typeOf: AnyValueMap = isAnyValueMap(types) ? types : {};
  const built: Record<string, TagValue> = {};
  for (const key of Object.keys(tags)) {
    const value = tags[key];
    if (value === null || value === undefined) continue;
    const type = Object.hasOwn(typeOf, key) ? typeOf[key] : undefined;
    if (typeof value === 'string') setOwn(built, key, type === undefined ? value : typed(value, type));
    else setOwn(built, key, typeof value === 'object' ? textOfValue(value) : value);
  }
  return built;
}

/** Whether there is nothing to turn into text or to leave out: most tags need no copy. */
function areTags(tags: AnyValueMap): tags is Tags & AnyValueMap {
  for (const key in tags) if (typeof tags[key] === 'object') return false;
  return true;
}

function typed(text: string, type: unknown): TagValue {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type !== 'number') return text;
  const number = Number(text);
  // what somebody changed by hand stays what it says
  return String(number) === text || text === '-0' ? number : text;
}
