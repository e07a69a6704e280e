import { readFileSync } from 'node:fs';
import { toError } from '../model/errors.js';
import { TOKEN } from '../model/options.js';

/** Arguments that a command can't run with: the message names the flag. */
export class UsageError extends Error {}

/** Reads the value of an option: `flag` is how it was typed. */
type ReadValue<T> = (text: string, flag: string) => T;

/**
 * A value's parser for an option that may be typed in several forms (`-n`, `--limit`): errors name the one that was.
 *
 * @param flags - all its forms.
 */
export function valueOf<T>(flags: readonly string[], read: ReadValue<T>): (text: string) => T {
  return (text) => read(text, typed(flags));
}

/** A repeated option's values in their order. */
export function collect<T = string>(
  flags: readonly string[],
  read?: ReadValue<T>,
): (text: string, before: readonly T[] | undefined) => readonly T[] {
  return (text, before = []) => [...before, read === undefined ? (text as T) : read(text, typed(flags))];
}

function typed(flags: readonly string[]): string {
  const isForm = (argument: string, flag: string): boolean =>
    flag.startsWith('--') ? argument === flag || argument.startsWith(`${flag}=`) : argument.startsWith(flag);
  const found = process.argv.slice(2).findLast((argument) => flags.some((flag) => isForm(argument, flag)));
  return flags.find((flag) => found !== undefined && isForm(found, flag)) ?? (flags[0] as string);
}

/** A whole number from 0 on. */
export function wholeNumber(text: string, flag: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`expected ${flag} to be a whole number, got "${text}"`);
}

/** `NAME=VALUE`, the value as it was given: a comma or a percent sign belongs to it. */
export function pair(text: string, flag: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError(`expected ${flag} to be NAME=VALUE, got "${text}"`);
}

/**
 * The token in a file, else that of RIMP_TOKEN.
 *
 * @throws UsageError if the file can't be read, is empty, or has no token.
 */
export function tokenOf(file: string | undefined): string | undefined {
  if (file === undefined) return checkedToken(process.env.RIMP_TOKEN || undefined, 'RIMP_TOKEN');
  let token = '';
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`expected --token-file to be readable: ${toError(error).message}`);
  }
  if (token === '') throw new UsageError(`expected a token in ${file}, the file is empty`);
  return checkedToken(token, `the token in ${file}`);
}

function checkedToken(token: string | undefined, who: string): string | undefined {
  if (token === undefined || TOKEN.isRight(token)) return token;
  throw new UsageError(`expected ${who} to be ${TOKEN.expected}`);
}
