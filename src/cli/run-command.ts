import { CommanderError, Command as Parser } from 'commander';
import { toError } from '../model/errors.js';
import type { Command } from './command.js';
import type { KnownCommand } from './commands.js';
import { err, out } from './output/output.js';
import { UsageError } from './values.js';

/** The width of help that goes to no terminal. */
const HELP_COLUMNS = 110;

/** Loads a command and runs it; resolves to its exit status. */
export async function runCommand(known: KnownCommand, args: readonly string[]): Promise<number> {
  const command = await known.load();
  const parser = parserOf(command);
  try {
    parser.parse(args, { from: 'user' });
    return await command.runParsed(parser);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage(known.name, inOurWords(error, parser));
    if (error instanceof UsageError) return usage(known.name, error.message);
    err.message(`rimp ${known.name}: ${inWordsOf(command, toError(error).message)}`);
    const { code } = error as { readonly code?: unknown };
    if (code === 'RIMP_INVALID_ARGUMENT' || code === 'RIMP_INVALID_CONFIG') return 2;
    return command.failureStatus ?? 2;
  }
}

/** The parser of a command's arguments, which throws a `CommanderError` if the program is to end. */
export function parserOf(command: Command, parser = new Parser(`rimp ${command.name}`)): Parser {
  parser
    .usage(command.usage)
    .helpOption('-h, --help', 'print this')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(process.stdout.columns ?? HELP_COLUMNS, HELP_COLUMNS),
    })
    .addHelpText('before', `rimp ${command.name}: ${command.title}\n\n${examplesOf(command)}\n`)
    .addHelpText('after', `\n${command.notes.trim()}`);
  command.describe(parser);
  return parser;
}

function examplesOf({ examples }: Command): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  return ['Examples:', ...examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`)].join('\n');
}

function usage(name: string, message: string): number {
  err.message(`rimp ${name}: ${message}`);
  err.line(`rimp ${name} --help lists its options.`);
  return 2;
}

/** What the parser says is wrong, in the form of our other messages. */
function inOurWords({ code, message }: CommanderError, { args, registeredArguments }: Parser): string {
  if (code === 'commander.excessArguments')
    return `unexpected ${args
      .slice(registeredArguments.length)
      .map((one) => JSON.stringify(one))
      .join(', ')}: too many arguments`;
  const text = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (?:one of )?(.+)\?\)$/, ': did you mean "$1"?')
    .replace(/ Allowed choices are (.+)\.$/, (_all, choices: string) => ` Expected one of ${choices}.`);
  return text.replaceAll("'", '"');
}

/** A message of the library's with the command's options for the names of the library's own. */
function inWordsOf({ name, optionNames = {} }: Command, message: string): string {
  let words = message.replace(/^[A-Za-z]+: /, '');
  if (words.startsWith(`${name}: `)) words = words.slice(name.length + 2);
  for (const [own, option] of Object.entries(optionNames)) words = words.replaceAll(`"${own}"`, option);
  return words;
}
