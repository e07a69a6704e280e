import { defineCommand } from '../command.js';

/** The values of the options of `rimp init`. */
export interface InitValues {
  readonly project?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly otlp?: boolean;
}

const NOTES = `
It looks at package.json, the lock file, the installed packages of OpenTelemetry and their generation, and prints what it
would do: packages with the reason for each, a file telemetry.mjs or telemetry.cjs, and the start script that loads it. On a
terminal it asks before it does it; elsewhere it does nothing without --yes. What is there already stays as it is, so that
it can be run again. In a project with NodeSDK it prints the lines to add by hand, until the source has them.

Exit status: 0 everything is there now, 1 something is to be done still, 2 an error.
`;

/** `rimp init`. */
export const init = defineCommand<InitValues>({
  name: 'init',
  title: 'sets telemetry up in a project',
  examples: [
    ['rimp init', 'see what this project needs, and be asked'],
    ['rimp init --yes', 'do it'],
    ['rimp init --yes --no-otlp', 'without the packages that send to a Collector'],
  ],
  usage: '[OPTION…]',
  notes: NOTES,
  describe: (parser) =>
    parser
      .option('--project <DIR>', 'the project; default: the current directory')
      .option('--yes', 'install the packages and write the files')
      .option('--dry-run', 'only print what would be done')
      .option('--no-otlp', 'leave out the packages that send over OTLP'),
  async run(values) {
    const { runInit } = await import('./run-init.js');
    return runInit(values);
  },
});
