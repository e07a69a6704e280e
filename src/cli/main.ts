#!/usr/bin/env node
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toError } from '../model/errors.js';
import { closestName } from '../model/spelling.js';
import { VERSION } from '../runtime/version.js';
import { COMMANDS } from './commands.js';
import { err, flushed, out } from './output/output.js';

const HELP = `rimp ${VERSION}: telemetry on OpenTelemetry

Examples:
  rimp run -- node app.js                                run a program with telemetry, and see what comes
  rimp tail -f telemetry.jsonl                           the last lines, then what comes
  rimp query telemetry.jsonl --type error --since 1h     the errors of the last hour
  rimp serve --print                                     keep the OTLP that comes, and print it
  rimp ship telemetry.jsonl --to http://localhost:4318   send what a file holds
  rimp doctor                                            find what is wrong with telemetry in this project

Usage: rimp COMMAND [OPTION…]

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

rimp COMMAND --help describes one of them. rimp --version prints the version.
`;

/** Runs the program; resolves to its exit status. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v' || name === '-V') {
    out.write(`${VERSION}\n`);
    return 0;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    out.write(HELP);
    return 0;
  }
  if (name === 'help') return main([...rest, '--help']);
  const command = COMMANDS.find((known) => known.name === name);
  if (command !== undefined) {
    const { runCommand } = await import('./run-command.js');
    return runCommand(command, rest);
  }
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

/** How long the end waits for a reader of the output that stopped reading. */
const FLUSH_MILLIS = 1_000;

main(process.argv.slice(2))
  .catch((error: unknown) => {
    err.message(`rimp: ${toError(error).message}`);
    return 2;
  })
  .then(async (status) => {
    const isRead = await flushed(FLUSH_MILLIS);
    // the last write may have failed just now
    await nextTurn();
    const { failure } = out;
    if (failure !== undefined) err.line(`rimp: standard output can't be written: ${failure.message}`);
    process.exitCode = failure === undefined ? status : 2;
    // what nobody reads would keep the process for ever
    if (!isRead) process.exit();
  })
  .catch(() => process.exit(2));
