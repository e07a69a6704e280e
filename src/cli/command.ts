import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { TelemetryError, toError } from '../model/errors.js';
import { closestName } from '../model/spelling.js';
import { err, out } from './output.js';

/** A subcommand of the program `rimp`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What options of the library are called on the command line: errors name these. */
  readonly optionNames?: Readonly<Record<string, string>>;
  /** Resolves to the exit status. */
  run(args: readonly string[]): Promise<number>;
}

/**
 * A whole number that an option has.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if it is none.
 */
export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new TelemetryError('RIMP_INVALID_ARGUMENT', `expected --${name} to be a whole number, got "${text}"`);
}

/**
 * The token in a file, else that of RIMP_TOKEN.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the file can't be read, or is empty.
 */
export function tokenOf(file: string | undefined): string | undefined {
  if (file === undefined) return process.env.RIMP_TOKEN || undefined;
  let token = '';
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `expected --token-file to be readable: ${toError(error).message}`,
    );
  }
  if (token === '') throw new TelemetryError('RIMP_INVALID_ARGUMENT', `expected a token in ${file}, the file is empty`);
  return token;
}

/** Says what is wrong with the arguments of a command; gives the exit status. */
export function usage(name: string, message: string): number {
  err.message(`rimp ${name}: ${message}`);
  err.line(`rimp ${name} --help lists its options.`);
  return 2;
}

type Parsed<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>;

/**
 * Parses a command's arguments; prints its help, or what is wrong, and gives the exit status instead if there is
 * nothing to run.
 */
export function parse<const T extends ParseArgsConfig>(
  name: string,
  help: string,
  args: readonly string[],
  config: T,
): Parsed<T> | number {
  if (args.includes('--help') || args.includes('-h')) {
    out.write(help);
    return 0;
  }
  try {
    // the arguments change nothing about the type of the result
    return parseArgs({ ...config, args: [...args] }) as unknown as Parsed<T>;
  } catch (error) {
    const wrong = /^Unknown option '(--[^']+)'/.exec(toError(error).message)?.[1];
    const names = Object.keys(config.options ?? {}).map((option) => `--${option}`);
    const meant = wrong === undefined ? undefined : closestName(wrong, names);
    const hint = meant === undefined ? '' : `: did you mean "${meant}"?`;
    const message = wrong === undefined ? toError(error).message : `unknown option "${wrong}"${hint}`;
    return usage(name, message);
  }
}
