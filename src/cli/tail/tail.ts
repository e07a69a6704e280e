import { FIELDS_NOTE } from '../../analysis/filter/fields.js';
import { defineCommand } from '../command.js';
import { addFilterOptions, type FilterValues } from '../filter/filter.js';
import { addItemOptions, addJsonOption } from '../output/options.js';
import { SOURCE_NOTES } from '../source/source-notes.js';
import { UsageError, valueOf, wholeNumber } from '../values.js';

/** The values of the options of `rimp tail`. */
export interface TailValues extends FilterValues {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly color?: boolean;
}

const NOTES = `
${SOURCE_NOTES}
Without SOURCE it is standard input, all of which is shown as it comes, with -n its last lines when it ends: lines that are
no JSON as they are.

With --follow a file that is rotated is read to its end, then the new one; one that is truncated is read from its
beginning; one that is missing is waited for, and so are the tables of a database. Ctrl-C ends it. If nobody reads what it
prints any more, as in "rimp tail -f app.jsonl | head -1", it ends at the next line: the system says nothing before.

${FIELDS_NOTE}

Exit status: 0 something was shown, 1 nothing was, 2 an error.
`;

/** `rimp tail`. */
export const tail = defineCommand<TailValues>({
  name: 'tail',
  title: 'shows the last events and metrics, and those that come',
  examples: [
    ['rimp tail -f telemetry.jsonl', 'the last ten, then what comes'],
    ['rimp tail -f telemetry.db --min-severity warn', 'warnings and errors of a database'],
    ["rimp tail -f telemetry.jsonl -n 0 --where 'duration_ms > 500'", 'slow ones from now on'],
    ['node app.js | rimp tail', "another program's JSON lines, of pino or winston"],
  ],
  usage: '[SOURCE…] [OPTION…]',
  notes: NOTES,
  describe(parser) {
    parser
      .argument('[SOURCE...]', 'what to look at; default: standard input')
      .option('-f, --follow', 'wait for more at the end')
      .option(
        '-n, --lines <N>',
        'the last so many of what is there; default: 10',
        valueOf(['-n', '--lines'], wholeNumber),
      );
    addJsonOption(addFilterOptions(parser).optionsGroup('How they are shown:'));
    addItemOptions(parser);
  },
  async run(values, sources) {
    if (sources.length === 0 && process.stdin.isTTY)
      throw new UsageError('expected a SOURCE, or lines on standard input');
    const { runTail } = await import('./run-tail.js');
    return runTail(values, sources.length === 0 ? ['-'] : sources);
  },
});
