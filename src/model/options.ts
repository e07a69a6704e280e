import { show, TelemetryError } from './errors.js';
import { closestName } from './spelling.js';

/** What an option has to be. */
export interface Rule {
  readonly isRight: (value: unknown) => boolean;
  /** As an error says it: `a positive integer`. */
  readonly expected: string;
  /** Whether an error must not show the value. */
  readonly isSecret?: boolean;
  /** The rules of an object's own options. */
  readonly inner?: Rules;
}

/** What each option has to be, by name. */
export type Rules = Readonly<Record<string, Rule>>;

export const BOOLEAN: Rule = { isRight: (value) => typeof value === 'boolean', expected: 'a boolean' };
export const TEXT: Rule = {
  isRight: (value) => typeof value === 'string' && value !== '',
  expected: 'a non-empty string',
};
/** What `Authorization: Bearer …` can show: what it can't would lock everybody out. */
export const TOKEN: Rule = {
  isRight: (value) => typeof value === 'string' && /^[!-~¡-ÿ]+$/.test(value),
  expected: 'a non-empty string without spaces, line breaks and characters beyond Latin-1',
  isSecret: true,
};
export const NAMES: Rule = {
  isRight: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== ''),
  expected: 'a list of names',
};
export const POSITIVE_INTEGER: Rule = {
  isRight: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  expected: 'a positive integer',
};
export const POSITIVE_NUMBER: Rule = {
  isRight: (value) => typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY,
  expected: 'a positive number',
};
export const FUNCTION: Rule = { isRight: (value) => typeof value === 'function', expected: 'a function' };
export const ANY_OBJECT: Rule = {
  isRight: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  expected: 'an object',
};

/** One of some words. */
export function oneOf(...words: readonly string[]): Rule {
  return {
    isRight: (value) => words.includes(value as string),
    expected: words.map((word) => `"${word}"`).join(' or '),
  };
}

/** An object with options of its own. */
export function objectOf(inner: Rules): Rule {
  return { ...ANY_OBJECT, inner };
}

/**
 * Checks options: `undefined` stands for the default everywhere.
 *
 * @param who - the name that an error message begins with.
 * @param hintOf - what to do with an unknown name, if it is known elsewhere.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if one is misspelt or of the wrong kind.
 */
export function checkOptions(
  who: string,
  options: unknown,
  rules: Rules,
  prefix = '',
  hintOf: (name: string) => string | undefined = () => undefined,
): void {
  if (!ANY_OBJECT.isRight(options)) {
    const name = prefix === '' ? 'options' : prefix.slice(0, -1);
    throw wrong(who, `expected "${name}" to be an object, got ${show(options)}`);
  }
  checkNames(who, 'option', options as object, Object.keys(rules), prefix, hintOf);
  for (const [name, { isRight, expected, isSecret, inner }] of Object.entries(rules)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (!isRight(value)) {
      const got = isSecret === true && typeof value === 'string' ? `${value.length} characters` : show(value);
      throw wrong(who, `expected "${prefix}${name}" to be ${expected}, got ${got}`);
    }
    if (inner !== undefined) checkOptions(who, value, inner, `${prefix}${name}.`);
  }
}

/**
 * Options under their present names: callers in JavaScript may still use one of an earlier version.
 *
 * @param earlier - the present name of each earlier one.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option comes under both of its names.
 */
export function withPresentNames<T extends object>(
  who: string,
  options: T,
  earlier: Readonly<Record<string, keyof T & string>>,
): T {
  if (!ANY_OBJECT.isRight(options)) return options;
  const used = Object.keys(earlier).filter((name) => Object.hasOwn(options, name));
  if (used.length === 0) return options;
  const renamed = Object.fromEntries(Object.entries(options));
  for (const name of used) {
    const present = earlier[name] as string;
    if (present in options) throw wrong(who, `"${name}" is the earlier name of "${present}": give one of them`);
    renamed[present] = renamed[name];
    delete renamed[name];
  }
  return renamed as T;
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` that names what is misspelt, and the right spelling. */
export function checkNames(
  who: string,
  what: string,
  given: object,
  known: readonly string[],
  prefix = '',
  hintOf: (name: string) => string | undefined = () => undefined,
): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const meant = closestName(name, known);
    const elsewhere = hintOf(name);
    if (elsewhere !== undefined) throw wrong(who, `unknown ${what} "${prefix}${name}": ${elsewhere}`);
    const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${meant}"?`;
    throw wrong(who, `unknown ${what} "${prefix}${name}": ${hint}`);
  }
}

/**
 * Sees that options do not come apart from a path or URL, as other libraries take them: they would be passed over.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if they do.
 */
export function checkOneArgument(who: string, first: 'path' | 'url', second: unknown): void {
  if (second !== undefined)
    throw wrong(who, `expected one argument, such as { ${first}: '…', … }, got ${show(second)} as a second one`);
}

function wrong(who: string, message: string): TelemetryError {
  return new TelemetryError('RIMP_INVALID_ARGUMENT', `${who}: ${message}`);
}
