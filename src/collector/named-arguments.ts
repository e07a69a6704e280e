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
    for (const name of Object.keys(given))
      if (name !== also && !known.includes(name)) onReplaced.unknownArgument(call, name, known);
  } catch {
    // names that can't be read are none
  }
}
