import type { Command as Parser } from 'commander';
import { nameTest } from '../../analysis/filter/name-test.js';
import { SEVERITY_WORDS, severityFromWord } from '../../analysis/filter/severity-word.js';
import { equals, type MakeExpression, regularExpression, type Test, whereTest } from '../../analysis/filter/where.js';
import { parseTimeExpression } from '../../analysis/time-expression.js';
import { type EventType, eventTypeFromWord } from '../../model/event-type.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { ItemKind, TelemetryQuery } from '../../model/query.js';
import { closestName } from '../../model/spelling.js';
import { collect, pair, UsageError, valueOf } from '../values.js';

type Pair = readonly [name: string, value: string];

/** The values of the options that choose items. */
export interface FilterValues {
  readonly kind?: ItemKind | 'span';
  readonly type?: readonly EventType[];
  readonly minSeverity?: number;
  readonly source?: readonly string[];
  readonly text?: string;
  readonly grep?: string;
  readonly ignoreCase?: boolean;
  readonly name?: readonly string[];
  readonly tag?: readonly Pair[];
  readonly meta?: readonly Pair[];
  readonly where?: readonly Test[];
  readonly trace?: string;
  readonly since?: string;
  readonly until?: string;
  readonly utc?: boolean;
}

/** What is asked for: the part that storages know, and the rest. */
export interface Filter {
  readonly query: TelemetryQuery;
  readonly test: Test;
  /** Whether anything is left out. */
  readonly isAny: boolean;
}

/** Adds the options that choose items. */
export function addFilterOptions(parser: Parser): Parser {
  return parser
    .optionsGroup('Which items:')
    .option('--type <TYPE,…>', 'events of these types: info, warning, error, debug', types(['--type']))
    .option(
      '--min-severity <LEVEL>',
      'events of this severity or above: trace, debug, info, warn, error, fatal, or 1 to 24',
      valueOf(['--min-severity'], severityNumber),
    )
    .option('--kind <KIND>', 'event, metric, or span: events that are spans', valueOf(['--kind'], kind))
    .option('--source <NAME>', 'events of this source; * stands for any text; may be repeated', collect(['--source']))
    .option('--text <TEXT>', 'events whose message contains this text')
    .option('--grep <REGEX>', 'events whose message, and metrics whose name, match a regular expression')
    .option('-i, --ignore-case', 'with --grep: capital letters are as small ones')
    .option('--name <NAME>', 'metrics of this name; * stands for any text; may be repeated', collect(['--name']))
    .option('--tag <KEY=VALUE>', 'metrics with this tag; may be repeated', collect(['--tag'], pair))
    .option(
      '--meta <KEY=VALUE>',
      'events with this in their metadata; a dot may lead into an object; may be repeated',
      collect(['--meta'], pair),
    )
    .option(
      '--where <EXPRESSION>',
      "items of which it is true, such as 'duration_ms > 100'; operators: = != > >= < <= ~ !~; may be repeated",
      collect(['--where'], whereTest),
    )
    .option('--trace <ID>', 'events of this trace')
    .option(
      '--since <TIME>',
      'items of this time and later: 10m, 2 hours ago, today, yesterday 14:00, 2026-11-01T12:00:00Z',
    )
    .option('--until <TIME>', 'items of this time and earlier');
}

/**
 * What the options ask for.
 *
 * @param expressionOf - makes the regular expression of `--grep`.
 * @throws UsageError, or TelemetryError `RIMP_INVALID_ARGUMENT` of a time, that names the option which is wrong.
 */
export function filterOf(
  values: FilterValues,
  now = new Date(),
  expressionOf: MakeExpression = regularExpression,
): Filter {
  const time = (flag: string, text: string | undefined): Date | undefined =>
    text === undefined ? undefined : parseTimeExpression(text, now, { utc: values.utc === true, who: flag });
  const [startTime, endTime] = [time('--since', values.since), time('--until', values.until)];
  if (startTime !== undefined && endTime !== undefined && startTime > endTime)
    throw new UsageError(`expected --since to be before --until, got "${values.since}" and "${values.until}"`);
  const tests: Test[] = [...(values.where ?? [])];
  for (const [key, value] of values.meta ?? []) tests.push(kindTest(true), equals(`meta.${key}`, value));
  for (const [key, value] of values.tag ?? []) tests.push(kindTest(false), equals(`tags.${key}`, value));
  if (values.kind === 'span') tests.push((item) => isEvent(item) && item.otel?.span !== undefined);
  if (values.grep !== undefined) {
    const form = expressionOf(values.grep, '--grep', values.ignoreCase);
    tests.push((item) => form.test(isEvent(item) ? item.message : item.name));
  }
  const source = oneOrTest(values.source, (item) => (isEvent(item) ? item.source : undefined), tests);
  const name = oneOrTest(values.name, (item) => (isEvent(item) ? undefined : item.name), tests);
  const given: TelemetryQuery = {
    startTime,
    endTime,
    kinds: values.kind && [values.kind === 'span' ? 'event' : values.kind],
    eventTypes: values.type,
    minSeverity: values.minSeverity,
    source,
    text: values.text,
    traceId: values.trace,
    name,
  };
  const query = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    query,
    test: (item) => tests.every((test) => test(item)),
    isAny: tests.length > 0 || Object.keys(query).length > 0,
  };
}

function kindTest(isOfEvents: boolean): Test {
  return (item) => isEvent(item) === isOfEvents;
}

/** One name is the storage's to look for; several, and patterns, are not. */
function oneOrTest(
  names: readonly string[] | undefined,
  read: (item: TelemetryItem) => string | undefined,
  tests: Test[],
): string | undefined {
  if (names === undefined) return undefined;
  const [first = ''] = names;
  if (names.length === 1 && !first.includes('*')) return first;
  const test = nameTest(names);
  tests.push((item) => test(read(item)));
  return undefined;
}

function types(flags: readonly string[]): (text: string, before: readonly EventType[] | undefined) => EventType[] {
  const read = valueOf(flags, (text, flag) =>
    text.split(',').map((word) => {
      const type = eventTypeFromWord(word);
      if (type !== undefined) return type;
      const meant = closestName(word, ['info', 'warning', 'error', 'debug']);
      throw new UsageError(
        `expected ${flag} to be of info, warning, error and debug, got "${word}"${meant === undefined ? '' : `: did you mean "${meant}"?`}`,
      );
    }),
  );
  return (text, before = []) => [...before, ...read(text)];
}

/**
 * OpenTelemetry's severity number of a word or a number.
 *
 * @throws UsageError if it is neither.
 */
export function severityNumber(text: string, flag: string): number {
  const number = severityFromWord(text);
  if (number !== undefined) return number;
  throw new UsageError(`expected ${flag} to be ${SEVERITY_WORDS}, got "${text}"`);
}

function kind(text: string, flag: string): ItemKind | 'span' {
  if (text === 'event' || text === 'metric' || text === 'span') return text;
  throw new UsageError(`expected ${flag} to be event, metric or span, got "${text}"`);
}
