import type { KeyedCounts } from '../../analysis/keyed-counts.js';
import type { MessagePattern } from '../../analysis/message-patterns.js';
import type { MetricSummaries } from '../../analysis/metric-summaries.js';
import type { MetricSummary } from '../../analysis/metric-summary.js';
import type { RecordingStats } from '../../analysis/recording-stats.js';
import { sparkline } from '../../analysis/sparkline.js';
import type { TimeBuckets } from '../../analysis/time-buckets.js';
import { printable } from '../../codec/printable.js';
import type { EventType } from '../../model/event-type.js';
import { counted, duration, grouped } from '../format.js';
import { cutLine } from '../output/colour-codes.js';
import type { Paint } from '../output/colours.js';
import { figure } from '../output/figure.js';
import { showTime, showTimeOfDay } from '../output/show-time.js';
import { type Cell, type Column, table } from '../output/table.js';
import { intervalsOf } from './intervals.js';

/** How the figures are shown. */
export interface StatsTextOptions {
  /** What was counted. */
  readonly name: string;
  /** Lines of each list. */
  readonly top: number;
  readonly hasExamples: boolean;
  readonly isUtc: boolean;
  readonly paint: Paint;
  /** Of the terminal: longer patterns are cut. */
  readonly columns: number | undefined;
}

const SPARK_COLUMNS = 24;
const TYPES = ['error', 'warning', 'info', 'debug'] as const;

/** Everything that was counted, as text for people. */
export function statsText(stats: RecordingStats, options: StatsTextOptions): string[] {
  const { firstMillis, lastMillis } = stats;
  const name = printable(options.name);
  if (firstMillis === undefined || lastMillis === undefined) return [`${name}: nothing was found`];
  const text = new StatsText(stats, { ...options, name }, firstMillis, lastMillis);
  return [
    ...text.head(),
    ...text.counts('TYPE', stats.types),
    ...text.counts('SOURCE', stats.sources),
    ...text.counts('SERVICE', stats.services),
    ...text.counts('EVENT NAME', stats.eventNames),
    ...text.patterns(),
    ...text.spans(),
    ...text.metrics(),
    ...text.intervals(),
  ];
}

class StatsText {
  readonly #stats: RecordingStats;
  readonly #options: StatsTextOptions;
  readonly #first: number;
  readonly #last: number;

  constructor(stats: RecordingStats, options: StatsTextOptions, first: number, last: number) {
    this.#stats = stats;
    this.#options = options;
    this.#first = first;
    this.#last = last;
  }

  head(): string[] {
    const { events, metricItems, spanItems, times } = this.#stats;
    const { name, paint, isUtc } = this.#options;
    const [first, last] = [new Date(this.#first), new Date(this.#last)];
    const span = [duration(this.#seconds), this.#rate(events + metricItems)].filter((text) => text !== '').join(', ');
    return [
      `${paint('bold', name)}  ${showTime(first, isUtc)} to ${showTimeOfDay(last, isUtc, first)}`,
      `${counted(events, 'event')}${spanItems === 0 ? '' : ` (${counted(spanItems, 'span')})`}, ${counted(metricItems, 'metric')} in ${span}  ${this.#spark(times)}`,
    ];
  }

  counts(title: string, keys: KeyedCounts): string[] {
    const { top, paint } = this.#options;
    const entries = keys.entries();
    if (entries.length === 0) return [];
    const total = entries.reduce((sum, { count }) => sum + count, keys.others);
    const rows = entries.slice(0, top).map(({ key, count, times }): Cell[] => {
      const text = printable(key);
      const isType = title === 'TYPE';
      return [
        isType ? { text, style: key as EventType } : text,
        grouped(count),
        `${((count / total) * 100).toFixed(1)} %`,
        this.#rate(count),
        this.#spark(times),
      ];
    });
    const others = entries.slice(top).reduce((sum, { count }) => sum + count, keys.others);
    const more = keys.others > 0 ? ' or more' : '';
    if (others > 0)
      rows.push([
        `${grouped(entries.length - top)}${more} others`,
        grouped(others),
        `${((others / total) * 100).toFixed(1)} %`,
      ]);
    return ['', ...table([left(title), right('COUNT'), right('SHARE'), right('RATE'), left('OVER TIME')], rows, paint)];
  }

  patterns(): string[] {
    const { patterns: all } = this.#stats;
    const { top, paint, hasExamples } = this.#options;
    const patterns = all.patterns();
    if (patterns.length === 0) return [];
    const byType = TYPES.map((type) => patterns.filter(({ kind }) => kind === type));
    const shown = byType.flatMap((list) => list.slice(0, top));
    const columns = [right('COUNT'), left('TYPE'), left('FIRST'), left('LAST'), left('OVER TIME'), left('MESSAGES')];
    const lines = table(
      columns,
      shown.map((pattern) => this.#patternRow(pattern)),
      paint,
    ).map((line) => this.#cut(line));
    const withExamples = !hasExamples
      ? lines
      : lines.flatMap((line, i) => {
          const example = shown[i - 1]?.example;
          return example === undefined ? [line] : [line, this.#cut(`    ${paint('dim', printable(example))}`)];
        });
    const left_ = patterns.length - shown.length;
    const { overflow } = all;
    const notes = [];
    if (left_ > 0) notes.push(`${grouped(left_)} more patterns: --top shows more of them, --json all`);
    if (overflow.messages > 0)
      notes.push(
        `${grouped(overflow.messages)} messages of ${grouped(overflow.patterns)} rare patterns were let go: a pattern that came again later counts from there`,
      );
    return ['', ...withExamples, ...notes.map((note) => paint('dim', note))];
  }

  spans(): string[] {
    return this.#summaries('SPAN', 'spans', this.#stats.spans);
  }

  metrics(): string[] {
    return this.#summaries('METRIC', 'metrics', this.#stats.metrics);
  }

  #summaries(title: string, noun: string, metrics: MetricSummaries): string[] {
    const { paint, top } = this.#options;
    const list = metrics.list();
    if (list.length === 0) return [];
    const titles = ['COUNT', 'MIN', 'P50', 'P95', 'P99', 'MAX', 'SUM'].map(right);
    const shown = list.slice(0, Math.max(top, 20));
    const rows = table([left(title), ...titles, left('UNIT'), left('FIGURES')], shown.map(metricRow), paint);
    const notes = [];
    if (list.length > shown.length)
      notes.push(`${grouped(list.length - shown.length)} more ${noun}: --top shows more of them, --json all`);
    if (metrics.others > 0) notes.push(`${grouped(metrics.others)} items of ${noun} for whose names there was no room`);
    return ['', ...rows, ...notes.map((note) => paint('dim', note))];
  }

  intervals(): string[] {
    const intervals = intervalsOf(this.#stats);
    if (intervals.length === 0) return [];
    const { paint, isUtc } = this.#options;
    const greatest = Math.max(...intervals.map(({ counts }) => sum(counts)));
    const rows = intervals.map(({ startMillis, counts }): Cell[] => [
      showTime(new Date(startMillis), isUtc).replace(/\.000Z?$/, ''),
      ...TYPES.map((type) => grouped(counts[type] ?? 0)),
      grouped(counts.metric ?? 0),
      '█'.repeat(Math.max(1, Math.round((sum(counts) / greatest) * SPARK_COLUMNS))),
    ]);
    const titles = [...TYPES.map((type) => right(type.toUpperCase())), right('METRICS')];
    return ['', ...table([left('FROM'), ...titles, left('ALL')], rows, paint)];
  }

  #patternRow({ pattern, kind, count, firstMillis, lastMillis, times }: MessagePattern): Cell[] {
    const { isUtc } = this.#options;
    const time = (millis: number): string =>
      showTimeOfDay(new Date(millis), isUtc, new Date(this.#first)).replace(/\.\d+/, '');
    const text = printable(kind);
    const style = kind as EventType;
    return [
      grouped(count),
      { text, style },
      time(firstMillis),
      time(lastMillis),
      this.#spark(times),
      printable(pattern),
    ];
  }

  get #seconds(): number {
    return (this.#last - this.#first) / 1_000;
  }

  #rate(count: number): string {
    return this.#seconds < 1 ? '' : `${figure(count / this.#seconds)}/s`;
  }

  #spark(times: TimeBuckets): string {
    return sparkline(times.series(this.#first, this.#last, SPARK_COLUMNS));
  }

  /** A line that is no longer than the terminal is wide. */
  #cut(line: string): string {
    const { columns } = this.#options;
    return columns === undefined ? line : cutLine(line, columns);
  }
}

function metricRow(metric: MetricSummary): Cell[] {
  const { name, unit, form, accuracy, count, min, max, uncounted } = metric;
  const [p50, p95, p99] = metric.percentiles([50, 95, 99]);
  const { notFinite } = metric.samples;
  const notes = [form === 'counter' ? `${accuracy}, of a counter's growth` : accuracy];
  if (notFinite > 0) notes.push(`${grouped(notFinite)} values were no finite numbers`);
  if (uncounted > 0) notes.push(`${grouped(uncounted)} points of further series are not in it`);
  return [
    printable(name),
    grouped(count),
    ...[min, p50, p95, p99, max, metric.sum].map((value) => (value === undefined ? '' : figure(value))),
    printable(unit ?? ''),
    notes.join('; '),
  ];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function left(title: string): Column {
  return [title, 'left'];
}

function right(title: string): Column {
  return [title, 'right'];
}
