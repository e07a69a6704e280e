import type { Command } from 'commander';

/** The options of colours that every command takes whose output is for people. */
export function addColourOptions(parser: Command, output = 'the output'): void {
  parser
    .option('--color', `colours, also if ${output} is no terminal`)
    .option('--no-color', 'no colours; so does the variable NO_COLOR');
}

/** The options of how single items are shown to people, and of colours. */
export function addItemOptions(parser: Command, output?: string): void {
  parser
    .option('--full', 'leave long values of metadata and tags whole')
    .option('--utc', 'times of UTC, not of the local zone');
  addColourOptions(parser, output);
}

/** The option of JSON lines of items. */
export function addJsonOption(parser: Command): Command {
  return parser.option('--json', "one JSON object a line, in the format of RIMP's files");
}

/** The option of times where none are shown. */
export function addUtcOption(parser: Command): Command {
  return parser.option('--utc', 'with --since and --until: times of UTC, not of the local zone');
}
