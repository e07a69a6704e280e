import { FIELDS_NOTE } from '../../analysis/filter/fields.js';
import { type NamedTest, whereExpression } from '../../analysis/filter/where.js';
import { defineCommand } from '../command.js';
import { addFilterOptions, type FilterValues } from '../filter/filter.js';
import { addItemOptions } from '../output/options.js';
import { collect, UsageError } from '../values.js';

/** The values of the options of `rimp run`. */
export interface RunValues extends FilterValues {
  readonly record?: string;
  readonly append?: boolean;
  readonly force?: boolean;
  readonly failOn?: readonly NamedTest[];
  readonly quiet?: boolean;
  readonly full?: boolean;
  readonly color?: boolean;
}

const NOTES = `
COMMAND is any program that runs Node.js, such as node app.js or npm test. It gets rimp-telemetry/register by NODE_OPTIONS,
and a receiver of its own at a free port by OTEL_EXPORTER_OTLP_ENDPOINT: what it collects, and what it logs and measures by
OpenTelemetry, comes here. Its project needs OpenTelemetry's SDK and exporters.

What comes is shown on standard error, beside the program's own output. --record keeps all of it, whatever is shown: in
JSON lines, or in SQLite if the name ends with .db, .sqlite or .sqlite3. Signals are passed on.

${FIELDS_NOTE}

Exit status: 0 or whatever the program ends with, 128 and the signal's number if a signal ended it, 127 if it could not
be started; 1 if it was 0 but something came that --fail-on names, or something was lost; 2 wrong usage.
`;

/** `rimp run`. */
export const run = defineCommand<RunValues>({
  name: 'run',
  title: 'runs a Node.js program with telemetry, without a change to it',
  examples: [
    ['rimp run -- node app.js', 'see what it logs and measures as it comes'],
    ['rimp run --record run.jsonl -- npm start', 'keep it as well'],
    ["rimp run --quiet --fail-on 'type = error' -- npm test", 'fail if an error was logged'],
    ['rimp run --record run.db --min-severity warn -- node app.js', 'keep all, show warnings and errors'],
  ],
  usage: '[OPTION…] -- COMMAND…',
  notes: NOTES,
  describe(parser) {
    parser
      .passThroughOptions()
      .argument('<COMMAND...>', 'the program and its arguments')
      .option('--record <FILE>', 'keep everything in this file')
      .option('--append', 'add to a file that is there')
      .option('--force', 'replace a file that is there')
      .option(
        '--fail-on <EXPRESSION>',
        "end with 1 if something comes of which it is true, such as 'type = error'; may be repeated",
        collect(['--fail-on'], whereExpression),
      )
      .option('--quiet', 'show nothing of what comes, only the summary');
    addItemOptions(addFilterOptions(parser).optionsGroup('How they are shown:'), 'standard error');
  },
  async run(values, command) {
    if (values.record === undefined && (values.append ?? values.force) === true)
      throw new UsageError(`expected ${values.append === true ? '--append' : '--force'} with --record FILE`);
    if (values.append === true && values.force === true) throw new UsageError('expected --append or --force, got both');
    const { runProgram } = await import('./run-program.js');
    return runProgram(values, command);
  },
});
