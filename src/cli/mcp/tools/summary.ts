import type { KeyedCounts } from '../../../analysis/keyed-counts.js';
import type { MetricSummary } from '../../../analysis/metric-summary.js';
import { RecordingStats } from '../../../analysis/recording-stats.js';
import { printable } from '../../../codec/printable.js';
import { counted, grouped } from '../../format.js';
import { filterFrom, filters } from '../filter-parameters.js';
import { timeText } from '../item-entry.js';
import { readItems } from '../read-items.js';
import type { EntryMaker, Section } from '../report.js';
import { shortText } from '../shorten.js';
import type { Tool } from '../tool.js';

/** Entries of each list. */
const TOP = 30;

/** What there is at all. */
export const summary: Tool = {
  name: 'summary',
  title: 'Summary',
  description:
    'What telemetry is there? From where it is read, its first and last time, counts by type, source and service, and the names of metrics. Good to begin with: the other tools filter by these.',
  parameters: filters('since', 'until', 'service'),
  async run(call) {
    const { given } = call;
    const { query, test } = filterFrom(given, call.now);
    const stats = new RecordingStats();
    const { name, notes } = await readItems(call, {
      query,
      test,
      take: (item) => {
        stats.add(item);
        return undefined;
      },
      recording: given.recording as string | undefined,
    });
    const { events, spanItems, metricItems, firstMillis, lastMillis } = stats;
    const spans = spanItems > 0 ? ` (${counted(spanItems, 'span')})` : '';
    const counts = `${counted(events, 'event')}${spans} and ${counted(metricItems, 'measurement')}`;
    const isEmpty = firstMillis === undefined || lastMillis === undefined;
    const [first, last] = isEmpty ? [undefined, undefined] : [timeText(firstMillis), timeText(lastMillis)];
    return {
      head: [isEmpty ? `Nothing in ${name}` : `${counts} in ${name}, from ${first} to ${last}`],
      facts: {
        recording: name,
        events,
        spans: spanItems,
        measurements: metricItems,
        first,
        last,
        now: timeText(call.now),
      },
      sections: [
        countsOf('types', 'Events by type', stats.types),
        countsOf('sources', 'Events by source', stats.sources),
        countsOf('services', 'Items by service', stats.services),
        countsOf('event_names', 'Events by name', stats.eventNames),
        metricsOf(stats.metrics.list()),
      ].filter(({ entries }) => entries.length > 0),
      notes: isEmpty ? [...notes, 'if an application runs, it may not send its telemetry here'] : notes,
    };
  },
};

function countsOf(key: string, heading: string, counts: KeyedCounts): Section {
  const entries = counts.entries();
  return {
    key,
    heading,
    entries: entries.slice(0, TOP).map(
      ({ key: text, count }): EntryMaker =>
        (maxCharacters) => {
          const name = shortText(text, maxCharacters);
          return { lines: [printable(`    ${grouped(count)} ${name}`)], data: { name, count } };
        },
    ),
    total: entries.length,
    hasMore: counts.others > 0,
    narrow: 'narrow with "since" or "service"',
  };
}

function metricsOf(list: readonly MetricSummary[]): Section {
  return {
    key: 'metric_names',
    heading: 'Metrics',
    entries: list.slice(0, TOP * 3).map(
      (metric): EntryMaker =>
        (maxCharacters) => {
          const name = shortText(metric.name, maxCharacters);
          const unit = metric.unit === undefined ? undefined : shortText(metric.unit, 100);
          const text = `    ${name}${unit === undefined ? '' : ` (${unit})`}: ${counted(metric.points, 'point')}`;
          return {
            lines: [printable(text)],
            data: { name, ...(unit !== undefined && { unit }), points: metric.points },
          };
        },
    ),
    total: list.length,
    narrow: '"metrics" has figures, and a filter by name',
  };
}
