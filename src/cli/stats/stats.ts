import { parseDuration } from '../../analysis/duration.js';
import { FIELDS_NOTE } from '../../analysis/filter/fields.js';
import { defineCommand } from '../command.js';
import { addFilterOptions, type FilterValues } from '../filter/filter.js';
import { addColourOptions } from '../output/options.js';
import { SOURCE_NOTES } from '../source/source-notes.js';
import { UsageError, valueOf, wholeNumber } from '../values.js';

/** The values of the options of `rimp stats`. */
export interface StatsValues extends FilterValues {
  /** Milliseconds. */
  readonly by?: number;
  readonly top?: number;
  readonly examples?: boolean;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly color?: boolean;
}

const NOTES = `
${SOURCE_NOTES}

${FIELDS_NOTE}

Messages that differ only in numbers, ids, quoted parts, paths, times or single words are one pattern. <num>, <id>,
"<text>" and the like stand for what differs, <*> for a word. Memory is bounded: of more than 1,000 patterns the rarest are
let go, and counted.

Percentiles are exact up to 1,000 values; above, within 1 % ("sketch"); those of histograms are estimated from their
buckets ("estimated"). A counter's figures are how much it grew from point to point.

Exit status: 0 something was found, 1 nothing was, 2 an error.
`;

/** `rimp stats`. */
export const stats = defineCommand<StatsValues>({
  name: 'stats',
  title: 'counts what is there: types, sources, groups of similar messages, percentiles of metrics',
  examples: [
    ['rimp stats telemetry.jsonl', 'all in one look'],
    ['rimp stats telemetry.jsonl --type error --since today --examples', 'what are my errors'],
    ['rimp stats "logs/*.jsonl" --by 1m', 'and how many there were each minute'],
    ['rimp stats telemetry.db --json | jq \'select(.kind == "metric")\'', 'for another program'],
  ],
  usage: 'SOURCE… [OPTION…]',
  notes: NOTES,
  describe(parser) {
    parser.argument('<SOURCE...>', 'what to count');
    addFilterOptions(parser)
      .optionsGroup('What is shown:')
      .option(
        '--by <LENGTH>',
        'counts in intervals of this length as well, such as 30s, 1m or 1h',
        valueOf(['--by'], parseDuration),
      )
      .option('--top <N>', 'lines of each list, of patterns for each type; default: 10', valueOf(['--top'], positive))
      .option('--examples', 'a message of each pattern')
      .option('--json', 'one JSON object a line, all lists whole')
      .option('--full', 'lines longer than the terminal is wide')
      .option('--utc', 'times of UTC, not of the local zone');
    addColourOptions(parser);
  },
  async run(values, sources) {
    const { runStats } = await import('./run-stats.js');
    return runStats(values, sources);
  },
});

function positive(text: string, flag: string): number {
  const number = wholeNumber(text, flag);
  if (number > 0) return number;
  throw new UsageError(`expected ${flag} to be 1 or more, got "${text}"`);
}
