#!/usr/bin/env node
import { toError } from '../model/errors.js';
import { closestName } from '../model/spelling.js';
import { VERSION } from '../runtime/version.js';
import type { Command } from './command.js';
import { doctor } from './doctor/doctor.js';
import { err, flushed, out } from './output.js';
import { serve } from './serve.js';
import { ship } from './ship.js';

const COMMANDS: readonly Command[] = [serve, ship, doctor];

const HELP = `rimp ${VERSION}: telemetry on OpenTelemetry

Usage: rimp COMMAND [OPTION…]

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

rimp COMMAND --help describes one of them. rimp --version prints the version.
`;

/** Runs the program; resolves to its exit status: 0 all is well, 1 it found problems, 2 wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v') {
    out.write(`${VERSION}\n`);
    return 0;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    out.write(HELP);
    return 0;
  }
  const command = COMMANDS.find((known) => known.name === name);
  if (command !== undefined) return runCommand(command, rest);
  if (name === undefined) {
    err.write(HELP);
  } else {
    const names = COMMANDS.map((known) => known.name);
    const meant = closestName(name, names);
    const hint = meant === undefined ? `expected one of ${names.join(', ')}` : `did you mean "${meant}"?`;
    err.line(`rimp: unknown command "${name}": ${hint}`);
  }
  return 2;
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  try {
    return await command.run(args);
  } catch (error) {
    const { message } = toError(error);
    err.message(`rimp ${command.name}: ${inWordsOf(command, message)}`);
    const { code } = error as { readonly code?: unknown };
    return code === 'RIMP_INVALID_ARGUMENT' || code === 'RIMP_INVALID_CONFIG' ? 2 : 1;
  }
}

/** A message of the library's with the command's options for the names of the library's own. */
function inWordsOf({ name, optionNames = {} }: Command, message: string): string {
  let words = message.replace(/^[A-Za-z]+: /, '');
  if (words.startsWith(`${name}: `)) words = words.slice(name.length + 2);
  for (const [own, option] of Object.entries(optionNames)) words = words.replaceAll(`"${own}"`, option);
  return words;
}

/** How long the end waits for a reader of the output that stopped reading. */
const FLUSH_MILLIS = 1_000;

main(process.argv.slice(2))
  .catch((error: unknown) => {
    err.message(`rimp: ${toError(error).message}`);
    return 1;
  })
  .then(async (status) => {
    process.exitCode = status;
    // what nobody reads would keep the process for ever
    if (!(await flushed(FLUSH_MILLIS))) process.exit(status);
  })
  .catch(() => process.exit(1));
