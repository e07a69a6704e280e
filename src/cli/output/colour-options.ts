import type { Command } from 'commander';

/** The options of colours that every command takes whose output is for people. */
export function addColourOptions(parser: Command, output = 'the output'): void {
  parser
    .option('--color', `colours, also if ${output} is no terminal`)
    .option('--no-color', 'no colours; so does the variable NO_COLOR');
}
