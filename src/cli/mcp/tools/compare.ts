import {
  type MetricComparison,
  type PatternComparison,
  RecordingComparer,
  type RecordingComparison,
} from '../../../analysis/compare-recordings.js';
import { printable } from '../../../codec/printable.js';
import { chanceText, changeText, notable, verdictOf } from '../../diff/moves.js';
import { counted, grouped } from '../../format.js';
import { figure } from '../../output/figure.js';
import { filters } from '../filter-parameters.js';
import { millisText } from '../millis.js';
import type { EntryMaker, Report, Section } from '../report.js';
import { shortText } from '../shorten.js';
import type { Tool } from '../tool.js';
import { readTwoSides, type Side, type TwoSides } from '../two-sides.js';

/** What a change changed. */
export const compare: Tool = {
  name: 'compare',
  title: 'Before and after',
  description:
    'What changed? Compares the time before a moment ("at": a deployment, an edit, a restart) with the time after it: new and gone message groups, groups with other counts, and metrics whose median or p95 moved, with how sure that is. With several recordings, "before" and "after" may name two of them instead.',
  parameters: {
    at: {
      type: 'string',
      description: 'The moment, such as 10m (ten minutes ago) or ISO 8601; without a zone it is UTC',
    },
    window: { type: 'string', description: 'How much before and after the moment counts, such as 5m; default: all' },
    ...filters('type', 'source', 'service', 'name', 'where'),
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 20, description: 'Entries of each list at most' },
  },
  async run(call) {
    const { given } = call;
    const comparer = new RecordingComparer();
    const read = await readTwoSides(call, comparer);
    return reportOf(comparer.result(), read, given.limit as number);
  },
};

function reportOf(
  { events, metricItems, patterns, metrics, patternOverflow, otherMetrics }: RecordingComparison,
  { sides, notes }: TwoSides,
  limit: number,
): Report {
  const ofStatus = (status: PatternComparison['status']): PatternComparison[] =>
    patterns.filter((one) => one.status === status);
  const others = ofStatus('both').filter(({ counts: [a = 0, b = 0] }) => a !== b);
  const section = <T>(key: string, heading: string, list: readonly T[], entryOf: (one: T) => EntryMaker): Section => ({
    key,
    heading: `${heading} (${grouped(list.length)})`,
    entries: list.slice(0, limit).map(entryOf),
    total: list.length,
    narrow: 'narrow with "type", "source" or "name", or raise "limit"',
  });
  const sections = [
    section('new_groups', 'New groups of messages', ofStatus('new'), patternEntry),
    section('gone_groups', 'Gone groups of messages', ofStatus('gone'), patternEntry),
    section('moved_metrics', 'Metrics that moved, or may have', notable(metrics, {}), metricEntry),
    section('other_counts', 'Groups with other counts', others, patternEntry),
  ].filter(({ entries }) => entries.length > 0);
  const line = ({ name, millis }: Side, side: 0 | 1): string =>
    `${name}: ${counted(events[side], 'event')}, ${counted(metricItems[side], 'measurement')}${millis > 0 ? ` in ${millisText(millis)}` : ''}`;
  const [before, after] = sides;
  const empty = ([0, 1] as const).filter((side) => events[side] + metricItems[side] === 0);
  return {
    head: [line(before, 0), line(after, 1), ...(sections.length === 0 ? ['No difference was found.'] : [])],
    facts: {
      before: { ...factsOf(before), events: events[0], measurements: metricItems[0] },
      after: { ...factsOf(after), events: events[1], measurements: metricItems[1] },
    },
    sections,
    notes: [
      ...notes,
      ...empty.map(
        (side) => `there is nothing ${side === 0 ? 'before' : 'after'}: "summary" says of which time there is`,
      ),
      ...(patternOverflow.messages > 0
        ? [`${grouped(patternOverflow.messages)} messages of rare groups are not compared`]
        : []),
      ...(otherMetrics > 0 ? [`${grouped(otherMetrics)} points of further metrics are not compared`] : []),
    ],
  };
}

function factsOf({ name, millis }: Side): object {
  return { recording: name, seconds: millis / 1_000 };
}

function patternEntry({ pattern, kind, counts, example }: PatternComparison): EntryMaker {
  const [before = 0, after = 0] = counts;
  return (maxCharacters) => {
    const data = {
      pattern: shortText(pattern, maxCharacters),
      type: kind,
      before,
      after,
      example: shortText(example, maxCharacters),
    };
    const text = `    ${grouped(before)} -> ${grouped(after)} ${kind.toUpperCase()} ${data.pattern}`;
    return { lines: [printable(text), printable(`        such as: ${data.example}`)], data };
  };
}

function metricEntry({ name, unit, status, counts, accuracy, shifts }: MetricComparison): EntryMaker {
  return (maxCharacters) => {
    const shown = shortText(name, maxCharacters);
    const told = shifts.map((shift) => ({ ...shift, verdict: verdictOf(shift, {}) }));
    const data = {
      name: shown,
      ...(unit !== undefined && { unit: shortText(unit, 100) }),
      status,
      before: counts[0],
      after: counts[1],
      accuracy,
      shifts: told,
    };
    const head = `    ${shown}${data.unit === undefined ? '' : ` (${data.unit})`}: ${grouped(counts[0])} -> ${grouped(counts[1])} values${status === 'both' ? '' : `, ${status}`}`;
    const lines = told.map((shift) => {
      const chance = chanceText(shift);
      const change = `${figure(shift.before)} -> ${figure(shift.after)} (${changeText(shift)})`;
      return `        ${shift.figure} ${change}: ${shift.verdict}${chance === '' ? '' : `, ${chance}`}`;
    });
    return { lines: [printable(head), ...lines], data };
  };
}
