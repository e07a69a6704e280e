import type { OnReplaced } from './on-replaced.js';

/** The fields of an object that may be hostile: one whose fields can't be read has none. */
export function readFields<K extends string>(from: object, names: readonly K[]): { [N in K]?: unknown } {
  const fields: { [N in K]?: unknown } = {};
  for (const name of names) {
    try {
      fields[name] = (from as Record<string, unknown>)[name];
    } catch {
      // what can't be read is not there
    }
  }
  return fields;
}

/**
 * Reports the names of arguments that there are not.
 *
 * @param also - a further name that is known, and no hint has.
 */
export function checkNames(
  call: string,
  given: object,
  known: readonly string[],
  also: string | undefined,
  onReplaced: OnReplaced,
): void {
  try {
    const unknown = Object.keys(given).filter((name) => name !== also && !known.includes(name));
    if (unknown.length > 0) onReplaced.unknownArguments(call, unknown, known);
  } catch {
    // names that can't be read are none
  }
}
