import { type ParseArgsConfig, parseArgs } from 'node:util';
import { TelemetryError, toError } from '../model/errors.js';

/** A subcommand of the program `rimp`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Resolves to the exit status. */
  run(args: readonly string[]): Promise<number>;
}

/**
 * A whole number that an option has.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where it is none.
 */
export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new TelemetryError('RIMP_INVALID_ARGUMENT', `expected --${name} to be a whole number, got "${text}"`);
}

type Parsed<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>;

/**
 * Parses a command's arguments; prints its help, or what is wrong, and gives the exit status instead where there is
 * nothing to run.
 */
export function parse<const T extends ParseArgsConfig>(
  name: string,
  help: string,
  args: readonly string[],
  config: T,
): Parsed<T> | number {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help);
    return 0;
  }
  try {
    // the arguments change nothing about the type of the result
    return parseArgs({ ...config, args: [...args] }) as unknown as Parsed<T>;
  } catch (error) {
    process.stderr.write(`rimp ${name}: ${toError(error).message}\nrimp ${name} --help tells what it takes.\n`);
    return 2;
  }
}
