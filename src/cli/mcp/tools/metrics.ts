import { fieldOf, textOf } from '../../../analysis/filter/fields.js';
import { MetricSummaries } from '../../../analysis/metric-summaries.js';
import type { MetricSummary } from '../../../analysis/metric-summary.js';
import { spanAsMetric, spanOf } from '../../../analysis/span.js';
import { isEvent, type TelemetryItem } from '../../../model/item.js';
import type { TelemetryMetric } from '../../../model/metric.js';
import type { ItemKind } from '../../../model/query.js';
import { counted, grouped } from '../../format.js';
import { figuresEntry } from '../figures-entry.js';
import { filterFrom, filters } from '../filter-parameters.js';
import { readItems } from '../read-items.js';
import type { Report } from '../report.js';
import type { Call, Tool } from '../tool.js';

/** Values of the tag that measurements are grouped by. */
const MAX_GROUPS = 200;

/** Figures of metrics. */
export const metrics: Tool = {
  name: 'metrics',
  title: 'Metrics',
  description:
    'Metrics by name: unit, how many values, the last one, sum, least, greatest and percentiles; "exact", within 1 % ("sketch") or estimated from histogram buckets ("estimated"). A counter\'s figures are its growth from point to point.',
  parameters: {
    ...filters('since', 'until', 'name', 'tag', 'where', 'service'),
    group_by: { type: 'string', description: 'A tag, or resource.KEY: figures for each of its values' },
    limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 50, description: 'Entries at most' },
  },
  run: (call) =>
    figuresOf(call, {
      kind: 'metric',
      key: 'metrics',
      measurementOf: (item) => (isEvent(item) ? undefined : item),
      groupField: (tag) => `tags.${tag}`,
      nothing: 'no measurement matches: "summary" names the metrics that there are',
      narrow: 'narrow with "name", "tag" or "service", or raise "limit"',
      order: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    }),
};

/** Durations of spans. */
export const spans: Tool = {
  name: 'spans',
  title: 'Durations of spans',
  description:
    'What takes long? Durations of spans by their names, in milliseconds: how many, their sum, and percentiles; those that took most time together first. "traces" and "trace" show single ones.',
  parameters: {
    ...filters('since', 'until', 'source', 'service', 'type', 'text', 'where', 'trace_id'),
    group_by: { type: 'string', description: 'An attribute of spans, or resource.KEY: figures for each of its values' },
    limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 30, description: 'Entries at most' },
  },
  run: (call) =>
    figuresOf(call, {
      kind: 'event',
      key: 'spans',
      measurementOf: (item) =>
        isEvent(item) && spanOf(item) !== undefined ? spanAsMetric(item, item.message) : undefined,
      groupField: (attribute) => `meta.${attribute}`,
      nothing: 'no span matches: spans are sent to /v1/traces',
      narrow: 'narrow with "source", "service", "text" or "where", or raise "limit"',
      order: (a, b) => (b.sum ?? 0) - (a.sum ?? 0),
    }),
};

/** What is measured, and how it is shown. */
interface Measured {
  readonly kind: ItemKind;
  readonly key: string;
  readonly measurementOf: (item: TelemetryItem) => TelemetryMetric | undefined;
  /** The field of an item that "group_by" names. */
  readonly groupField: (name: string) => string;
  readonly nothing: string;
  readonly narrow: string;
  readonly order: (a: MetricSummary, b: MetricSummary) => number;
}

async function figuresOf(call: Call, measured: Measured): Promise<Report> {
  const { given } = call;
  const { kind, key, measurementOf } = measured;
  const { query, test } = filterFrom(given, call.now);
  const tag = given.group_by as string | undefined;
  const groups = new Map<string, MetricSummaries>();
  const valueOf = groupReader(tag, measured);
  let [items, ungrouped] = [0, 0];
  const { name, notes } = await readItems(call, {
    query: { ...query, kinds: [kind] },
    test,
    take: (item) => {
      const measurement = measurementOf(item);
      if (measurement === undefined) return undefined;
      items += 1;
      const value = valueOf(item);
      let summaries = groups.get(value);
      if (summaries === undefined && groups.size < MAX_GROUPS) groups.set(value, (summaries = new MetricSummaries()));
      if (summaries === undefined) ungrouped += 1;
      else summaries.add(measurement);
      return undefined;
    },
    recording: given.recording as string | undefined,
  });
  const found = [...groups].flatMap(([group, summaries]) => summaries.list().map((metric) => ({ group, metric })));
  found.sort((a, b) => measured.order(a.metric, b.metric));
  const others = [...groups.values()].reduce((sum, summaries) => sum + summaries.others, ungrouped);
  return {
    head: [`${counted(items, 'measurement')} by ${counted(found.length, 'name')}, from ${name}`],
    facts: { recording: name, measurements: items, entries: found.length },
    sections: [
      {
        key,
        entries: found.slice(0, given.limit as number).map(({ metric, group }) => figuresEntry(metric, tag, group)),
        total: found.length,
        narrow: measured.narrow,
      },
    ],
    notes: [
      ...notes,
      ...(items === 0 ? [measured.nothing] : []),
      ...(others > 0 ? [`${grouped(others)} measurements are in no entry: there are too many names or values`] : []),
    ],
  };
}

function groupReader(tag: string | undefined, { groupField }: Measured): (item: TelemetryItem) => string {
  if (tag === undefined) return () => '';
  const field = fieldOf(tag.startsWith('resource.') ? tag : groupField(tag));
  return (item) => textOf(field(item));
}
