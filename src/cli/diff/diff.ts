import { defineCommand } from '../command.js';
import { addFilterOptions, type FilterValues } from '../filter/filter.js';
import { addColourOptions, addUtcOption } from '../output/options.js';
import { UsageError, valueOf, wholeNumber } from '../values.js';

/** The values of the options of `rimp diff`. */
export interface DiffValues extends FilterValues {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly top?: number;
  readonly failOnNew?: readonly string[];
  readonly failOnRise?: number;
  readonly maxP?: number;
  readonly minChange?: number;
  readonly color?: boolean;
}

const NOTES = `
A and B are each a file of JSON lines, a SQLite file, or a postgres:// or clickhouse:// URL, as SOURCE of rimp query: the
recording before and the one after. Messages that differ only in numbers, ids, quoted parts and the like are one pattern.

A metric has moved if its median or its 95th percentile changed by --min-change percent at least, and chance would make so
great a difference less often than --max-p says: by the Mann–Whitney test for the median and the bootstrap for the
percentile, corrected for the number of comparisons. Both take measurements as independent of one another: those of a
machine that was busy for a while are not, so compare recordings that are long enough. Percentiles of histograms are
estimated from buckets; of these only the median can be tested. "can't tell" stands if there are too few values.

Exit status: 0 no threshold was exceeded, 1 one was, 2 an error. Without --fail-on-new and --fail-on-rise there is none.
`;

/** `rimp diff`. */
export const diff = defineCommand<DiffValues>({
  name: 'diff',
  title: 'compares two recordings: patterns of messages, and metrics that moved',
  examples: [
    ['rimp diff before.jsonl after.jsonl', 'what a change changed'],
    ['rimp diff main.db branch.db --fail-on-new error', 'fails if there are new errors'],
    ['rimp diff main.db branch.db --fail-on-rise 20', 'fails if a metric rose by 20 % or more'],
    ['rimp diff main.db branch.db --markdown > comment.md', 'for a pull request'],
  ],
  usage: 'A B [OPTION…]',
  notes: NOTES,
  describe(parser) {
    parser.argument('<A>', 'the recording before').argument('<B>', 'the recording after');
    addFilterOptions(parser)
      .optionsGroup('What counts:')
      .option('--min-change <PERCENT>', 'less is no move of a metric; default: 5', valueOf(['--min-change'], percent))
      .option('--max-p <P>', 'more is no move of a metric; default: 0.01', valueOf(['--max-p'], probability))
      .option(
        '--fail-on-new <TYPE,…>',
        'exit with 1 if there is a new pattern of these types: error, warning, info, debug',
        valueOf(['--fail-on-new'], types),
      )
      .option(
        '--fail-on-rise <PERCENT>',
        'exit with 1 if the median or p95 of a metric rose by so much, and that is sure',
        valueOf(['--fail-on-rise'], percent),
      )
      .optionsGroup('How it is shown:')
      .option('--top <N>', 'lines of each list; default: 20', valueOf(['--top'], wholeNumber))
      .option('--json', 'one JSON object a line, all lists whole')
      .option('--markdown', 'tables for a pull request');
    addUtcOption(parser);
    addColourOptions(parser);
  },
  async run(values, [before, after, ...more]) {
    if (before === undefined || after === undefined || more.length > 0)
      throw new UsageError('expected two recordings, A and B');
    if (values.json === true && values.markdown === true)
      throw new UsageError('expected one of --json and --markdown, got both');
    const { runDiff } = await import('./run-diff.js');
    return runDiff(values, before, after);
  },
});

function percent(text: string, flag: string): number {
  const number = Number(text.replace(/\s*%$/, ''));
  if (text !== '' && number >= 0 && Number.isFinite(number)) return number;
  throw new UsageError(`expected ${flag} to be percent such as 10, got "${text}"`);
}

function probability(text: string, flag: string): number {
  const number = Number(text);
  if (number > 0 && number <= 1) return number;
  throw new UsageError(`expected ${flag} to be a probability such as 0.01, got "${text}"`);
}

function types(text: string, flag: string): readonly string[] {
  const words = text.split(',');
  const wrong = words.find((word) => !['error', 'warning', 'info', 'debug'].includes(word));
  if (wrong === undefined) return words;
  throw new UsageError(`expected ${flag} to be of error, warning, info and debug, got "${wrong}"`);
}
