import { databaseOfUrl, isSqliteName } from '../../model/database-url.js';
import { defineCommand } from '../command.js';
import { addFilterOptions, type FilterValues } from '../filter/filter.js';
import { addUtcOption } from '../output/options.js';
import { SOURCE_NOTES } from '../source/source-notes.js';
import { UsageError } from '../values.js';

/** What OUT may be. */
export type OutputFormat = 'jsonl' | 'csv' | 'otlp' | 'parquet' | 'sqlite' | 'postgres' | 'clickhouse';

/** The values of the options of `rimp convert`. */
export interface ConvertValues extends FilterValues {
  readonly to?: OutputFormat;
  readonly force?: boolean;
}

const NOTES = `
${SOURCE_NOTES}

The last name is OUT; what it is to be is known by its end, else by --to: .jsonl (RIMP's file format), .csv, .otlp.json
(a request of OTLP in JSON a line, as the Collector's otlpjsonfile receiver reads it), each of them with .gz behind it as
well, .parquet, .db or .sqlite, or a postgres:// or clickhouse:// URL. CSV holds what rimp query --csv shows, which is less
than an item. OTLP needs @opentelemetry/otlp-transformer, which every OTLP exporter brings along; Parquet needs
hyparquet-writer.

A file is written under another name beside OUT and gets its own when it is whole: an interruption leaves nothing. To a
postgres:// or clickhouse:// URL rows are added, and what was added stays. In databases an item of an id that is there
already is no new row, so that a run that ended too early is repeated: every item is there once.

Exit status: 0 something was written or there already, and every line could be read, 1 not so, 2 an error, 130 ended by
a signal.
`;

/** `rimp convert`. */
export const convert = defineCommand<ConvertValues>({
  name: 'convert',
  title: 'writes items in another format: JSON lines, gzip, CSV, OTLP in JSON, Parquet, SQLite, PostgreSQL, ClickHouse',
  examples: [
    ['rimp convert telemetry.jsonl telemetry.db', 'a file to SQLite, to be queried fast'],
    ['rimp convert telemetry.db errors.csv --type error', 'errors for a spreadsheet'],
    ['rimp convert "logs/*.jsonl" all.jsonl.gz', 'several files as one, by time'],
    ['rimp convert telemetry.db telemetry.parquet', 'for DuckDB, pandas and their like'],
    ['rimp convert telemetry.jsonl telemetry.otlp.json', "for the Collector's otlpjsonfile receiver"],
  ],
  usage: 'SOURCE… OUT [OPTION…]',
  notes: NOTES,
  describe(parser) {
    parser.argument('<SOURCE...>', 'what to read, and last where to write');
    addFilterOptions(parser)
      .optionsGroup('How it is written:')
      .option(
        '--to <FORMAT>',
        'jsonl, csv, otlp, parquet, sqlite, postgres or clickhouse; default: by the name of OUT',
        format,
      )
      .option('--force', 'write over a file that is there');
    addUtcOption(parser);
  },
  async run(values, names) {
    const target = names.at(-1);
    if (target === undefined || names.length < 2) throw new UsageError('expected SOURCE and OUT, got one name');
    const { runConvert } = await import('./run-convert.js');
    return runConvert(values, names.slice(0, -1), target, values.to ?? formatOf(target));
  },
});

const FORMATS: readonly OutputFormat[] = ['jsonl', 'csv', 'otlp', 'parquet', 'sqlite', 'postgres', 'clickhouse'];

function format(text: string): OutputFormat {
  const found = FORMATS.find((one) => one === text);
  if (found !== undefined) return found;
  throw new UsageError(`expected --to to be one of ${FORMATS.join(', ')}, got "${text}"`);
}

/** What a name says. */
function formatOf(target: string): OutputFormat {
  const database = databaseOfUrl(target);
  if (database !== undefined) return database;
  const name = target.toLowerCase().replace(/\.gz$/, '');
  if (/\.otlp\.jsonl?$/.test(name)) return 'otlp';
  if (/\.(?:jsonl|ndjson)$/.test(name)) return 'jsonl';
  if (name.endsWith('.csv')) return 'csv';
  if (/\.parquet$/i.test(target)) return 'parquet';
  if (isSqliteName(target)) return 'sqlite';
  throw new UsageError(
    `expected OUT to end in .jsonl, .csv, .otlp.json, .parquet or .db, or --to FORMAT, got "${target}"`,
  );
}
