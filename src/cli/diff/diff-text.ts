import type {
  MetricComparison,
  PatternComparison,
  RecordingComparison,
  Shift,
} from '../../analysis/compare-recordings.js';
import { printable } from '../../codec/printable.js';
import type { EventType } from '../../model/event-type.js';
import { grouped } from '../format.js';
import type { Paint } from '../output/colours.js';
import { figure } from '../output/figure.js';
import { type Cell, type Column, table } from '../output/table.js';
import type { DiffValues } from './diff.js';
import { chanceText, changeText, notable, verdictOf } from './moves.js';

/** How a comparison is shown. */
export interface DiffTextOptions {
  readonly names: readonly [before: string, after: string];
  /** Lines of each list. */
  readonly top: number;
  readonly isMarkdown: boolean;
  readonly paint: Paint;
}

const COUNTS: readonly Column[] = [
  ['BEFORE', 'right'],
  ['AFTER', 'right'],
];
const PATTERN_COLUMNS: readonly Column[] = [...COUNTS, ['TYPE', 'left'], ['MESSAGES', 'left']];
const METRIC_COLUMNS: readonly Column[] = [
  ['METRIC', 'left'],
  ['FIGURE', 'left'],
  ...COUNTS,
  ['CHANGE', 'right'],
  ['UNIT', 'left'],
  ['HOW SURE', 'left'],
];

/** A comparison as text for people, or as Markdown. */
export function diffText(comparison: RecordingComparison, values: DiffValues, options: DiffTextOptions): string[] {
  const { events, metricItems, patterns, metrics, patternOverflow, otherMetrics } = comparison;
  const { names, top, isMarkdown, paint } = options;
  const lines: string[] = [];
  const list = <T>(
    title: string,
    columns: readonly Column[],
    all: readonly T[],
    rowsOf: (one: T) => Cell[][],
  ): void => {
    if (all.length === 0) return;
    const rows = all.slice(0, top).flatMap(rowsOf);
    const heading = `${title} (${grouped(all.length)})`;
    lines.push('', isMarkdown ? `### ${heading}` : paint('bold', heading));
    lines.push(...(isMarkdown ? ['', ...markdownTable(columns, rows)] : table(columns, rows, paint)));
    if (all.length > top) lines.push('', `${grouped(all.length - top)} more: --top shows them`);
  };
  const [before, after] = names.map((name) => (isMarkdown ? code(name) : printable(name)));
  lines.push(
    `${before}: ${grouped(events[0])} events, ${grouped(metricItems[0])} metrics`,
    ...(isMarkdown ? [''] : []),
    `${after}: ${grouped(events[1])} events, ${grouped(metricItems[1])} metrics`,
  );
  const ofStatus = (status: PatternComparison['status']): PatternComparison[] =>
    patterns.filter((one) => one.status === status);
  const others = ofStatus('both').filter(({ counts: [a = 0, b = 0] }) => a !== b);
  const patternRow = (pattern: PatternComparison): Cell[][] => [patternCells(pattern, isMarkdown)];
  list('New patterns of messages', PATTERN_COLUMNS, ofStatus('new'), patternRow);
  list('Gone patterns of messages', PATTERN_COLUMNS, ofStatus('gone'), patternRow);
  list('Patterns with other counts', PATTERN_COLUMNS, others, patternRow);
  list('Metrics that moved', METRIC_COLUMNS, notable(metrics, values), (metric) =>
    metricRows(metric, values, isMarkdown),
  );
  const notes: string[] = [];
  if (lines.length <= 3) notes.push('No difference was found.');
  if (patternOverflow.messages > 0)
    notes.push(`${grouped(patternOverflow.messages)} messages of rare patterns were let go: they are not compared`);
  if (otherMetrics > 0)
    notes.push(`${grouped(otherMetrics)} items of metrics for whose names there was no room are not compared`);
  return notes.length > 0 ? [...lines, '', ...notes] : lines;
}

function patternCells(
  { counts: [before = 0, after = 0], kind, pattern }: PatternComparison,
  isMarkdown: boolean,
): Cell[] {
  const type: Cell = isMarkdown ? kind : { text: printable(kind), style: kind as EventType };
  return [grouped(before), grouped(after), type, isMarkdown ? code(pattern) : printable(pattern)];
}

function metricRows(metric: MetricComparison, values: DiffValues, isMarkdown: boolean): Cell[][] {
  const { name, unit = '', status, counts, shifts } = metric;
  const shownName = isMarkdown ? code(name) : printable(name);
  if (status !== 'both') return [[shownName, 'count', grouped(counts[0]), grouped(counts[1]), status, '', '']];
  return shifts.map((shift) => [
    shownName,
    shift.figure,
    figure(shift.before),
    figure(shift.after),
    changeText(shift),
    isMarkdown ? code(unit) : printable(unit),
    sureText(shift, metric, values),
  ]);
}

function sureText(shift: Shift, { accuracy }: MetricComparison, values: DiffValues): string {
  const how = accuracy === 'estimated' ? ', estimated from buckets' : accuracy === 'sketch' ? ', within 1 %' : '';
  const chance = chanceText(shift);
  return `${verdictOf(shift, values)}${chance === '' ? '' : `, ${chance}`}${how}`;
}

function markdownTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => `${title[0]}${title.slice(1).toLowerCase()}`)),
    line(columns.map(([, align]) => (align === 'right' ? '--:' : '---'))),
    ...rows.map((row) => line(row.map((cell) => (typeof cell === 'string' ? cell : cell.text)))),
  ];
}

/** Text of others as code in a table: no Markdown and no HTML in it takes effect. */
function code(text: string): string {
  if (text === '') return '';
  const shown = printable(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}
