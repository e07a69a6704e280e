import type { Command as Parser } from 'commander';
import { FIELDS_NOTE } from '../../analysis/filter/fields.js';
import { defineCommand } from '../command.js';
import { addFilterOptions, type FilterValues } from '../filter/filter.js';
import { addItemOptions, addJsonOption } from '../output/options.js';
import { SOURCE_NOTES } from '../source/source-notes.js';
import { UsageError, valueOf, wholeNumber } from '../values.js';

/** The values of the options of `rimp query`. */
export interface QueryValues extends FilterValues {
  readonly limit?: number;
  readonly reverse?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly logfmt?: boolean;
  readonly template?: string;
  readonly full?: boolean;
  readonly color?: boolean;
}

const NOTES = `
${SOURCE_NOTES}

${FIELDS_NOTE}

All options together narrow the result. The order is that of the file or of arrival; -n takes the first so many of it, with
--reverse the newest. Times are shown and read in the local zone, with --utc in UTC; JSON, CSV and logfmt have UTC always.

Exit status: 0 something was found, 1 nothing was, 2 an error.
`;

/** Adds the options of how items are shown. */
function addOutputOptions(parser: Parser): Parser {
  addJsonOption(parser.optionsGroup('How they are shown:'))
    .option(
      '--csv',
      'comma-separated values with a header; what a spreadsheet took for a formula begins with an apostrophe',
    )
    .option('--logfmt', 'key=value pairs')
    .option('--template <TEXT>', "text with {FIELD}, such as '{time} {message} {duration_ms}'");
  addItemOptions(parser);
  return parser;
}

/** `rimp query`. */
export const query = defineCommand<QueryValues>({
  name: 'query',
  title: 'finds events and metrics in files, databases and streams',
  examples: [
    ['rimp query telemetry.jsonl --type error --since 1h', 'the errors of the last hour'],
    ["rimp query telemetry.db --where 'duration_ms > 100' -n 20", 'the first twenty slow ones'],
    ['rimp query "logs/*.jsonl" --source api --reverse -n 5', 'the newest five of a source'],
    ['rimp query telemetry.jsonl --name http.requests --csv', 'a metric for a spreadsheet'],
    ["zcat old.jsonl.gz | rimp query - --json --grep 'time.?out' | jq .data", 'for another program'],
  ],
  usage: 'SOURCE… [OPTION…]',
  notes: NOTES,
  describe(parser) {
    parser.argument('<SOURCE...>', 'where to look');
    addFilterOptions(parser)
      .option('-n, --limit <N>', 'at most so many', valueOf(['-n', '--limit'], wholeNumber))
      .option('--reverse', 'the newest first');
    addOutputOptions(parser);
  },
  async run(values, sources) {
    const given = (['json', 'csv', 'logfmt', 'template'] as const).filter((name) => values[name] !== undefined);
    if (given.length > 1) throw new UsageError(`expected one of --${given.join(' and --')}, got both`);
    const { runQuery } = await import('./run-query.js');
    return runQuery(values, sources);
  },
});
