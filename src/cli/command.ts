import type { Command as Parser } from 'commander';

/** What a command is, with `T` for the values of its options. */
export interface CommandDefinition<T> {
  readonly name: string;
  /** One line: what it does. */
  readonly title: string;
  /** What the help begins with: a line to type, and what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** What follows the command's name in the line of usage. */
  readonly usage: string;
  /** What the help ends with: what is good to know, and the exit statuses. */
  readonly notes: string;
  /** What options of the library are called on the command line: errors name these. */
  readonly optionNames?: Readonly<Record<string, string>>;
  /** The exit status of an error that is not one of usage; default 2. */
  readonly failureStatus?: number;
  /** Adds arguments and options to the parser. */
  describe(parser: Parser): unknown;
  /** Resolves to the exit status. */
  run(values: T, args: readonly string[]): Promise<number>;
}

/** A command whose options' types are its own matter. */
export interface Command extends Omit<CommandDefinition<never>, 'run'> {
  /** Runs with what the parser has read. */
  runParsed(parser: Parser): Promise<number>;
}

/** Makes a command. */
export function defineCommand<T extends object>(definition: CommandDefinition<T>): Command {
  return { ...definition, runParsed: (parser) => definition.run(parser.opts<T>(), parser.args) };
}
