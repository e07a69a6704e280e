import { readFields } from '../collector/named-arguments.js';

/**
 * The keyword arguments that follow arguments by position, as `collect_event("a", "b", metadata={…})` becomes
 * `collect_event('a', 'b', { metadata: {…} })`; `undefined` if the value is no object of these names alone.
 *
 * @param names - of the arguments that may follow; the first one is none that an object could be by position.
 */
export function keywordsOf<K extends string>(value: unknown, names: readonly K[]): { [N in K]?: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const keys = Object.keys(value);
    const known: readonly string[] = names;
    if (keys.length === 0 || !keys.every((key) => known.includes(key))) return undefined;
    return readFields(value, names);
  } catch {
    // a proxy that says nothing of its keys
    return undefined;
  }
}
