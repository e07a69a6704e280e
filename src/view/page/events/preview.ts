import type { AnyValue, AnyValueMap } from '../../../model/any-value.js';

/** Characters of a preview at most. */
const LONGEST = 240;

/** Metadata in one line: `duration_ms=41 user.id=7`. */
export function previewOf(metadata: AnyValueMap | null): string {
  const words: string[] = [];
  let room = LONGEST;
  const add = (path: string, value: AnyValue): void => {
    if (room <= 0) return;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) add(path === '' ? key : `${path}.${key}`, inner as AnyValue);
      return;
    }
    const word = `${path}=${typeof value === 'string' ? value.slice(0, 80) : JSON.stringify(value).slice(0, 80)}`;
    room -= word.length + 1;
    words.push(word);
  };
  if (metadata !== null) add('', metadata);
  return words.join(' ').slice(0, LONGEST);
}
