import { fieldOf, textOf } from '../../../analysis/filter/fields.js';
import { MetricSummaries } from '../../../analysis/metric-summaries.js';
import type { MetricSummary } from '../../../analysis/metric-summary.js';
import { printable } from '../../../codec/printable.js';
import { isEvent } from '../../../model/item.js';
import type { TelemetryMetric } from '../../../model/metric.js';
import { counted, grouped } from '../../format.js';
import { figure } from '../../output/figure.js';
import { filterFrom, filters } from '../filter-parameters.js';
import { timeText } from '../item-entry.js';
import { readItems } from '../read-items.js';
import type { EntryMaker } from '../report.js';
import { shortText } from '../shorten.js';
import type { Tool } from '../tool.js';

/** Values of the tag that metrics are grouped by. */
const MAX_GROUPS = 200;
const PERCENTILES = [50, 90, 95, 99] as const;

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
  async run(call) {
    const { given } = call;
    const { query, test } = filterFrom(given, call.now);
    const groups = new Map<string, MetricSummaries>();
    const valueOf = groupReader(given.group_by as string | undefined);
    let [items, ungrouped] = [0, 0];
    const { name, notes } = await readItems(call, {
      query: { ...query, kinds: ['metric'] },
      test,
      take: (item) => {
        if (isEvent(item)) return undefined;
        items += 1;
        const value = valueOf(item);
        let summaries = groups.get(value);
        if (summaries === undefined && groups.size < MAX_GROUPS) groups.set(value, (summaries = new MetricSummaries()));
        if (summaries === undefined) ungrouped += 1;
        else summaries.add(item);
        return undefined;
      },
      recording: given.recording as string | undefined,
    });
    const found = [...groups].flatMap(([group, summaries]) => summaries.list().map((metric) => ({ group, metric })));
    found.sort((a, b) => (a.metric.name < b.metric.name ? -1 : a.metric.name > b.metric.name ? 1 : 0));
    const tag = given.group_by as string | undefined;
    return {
      head: [`${counted(found.length, 'metric')} of ${counted(items, 'point')}, from ${name}`],
      facts: { recording: name, points: items, metrics_found: found.length },
      sections: [
        {
          key: 'metrics',
          entries: found.slice(0, given.limit as number).map(({ metric, group }) => entryOf(metric, tag, group)),
          total: found.length,
          narrow: 'narrow with "name", "tag" or "service", or raise "limit"',
        },
      ],
      notes: [
        ...notes,
        ...(items === 0 ? ['no measurement matches: "summary" names the metrics that there are'] : []),
        ...(ungrouped > 0 ? [`${grouped(ungrouped)} points of further values of "${tag}" are in no entry`] : []),
      ],
    };
  },
};

function groupReader(tag: string | undefined): (item: TelemetryMetric) => string {
  if (tag === undefined) return () => '';
  const field = fieldOf(tag.startsWith('resource.') ? tag : `tags.${tag}`);
  return (item) => textOf(field(item));
}

function entryOf(metric: MetricSummary, tag: string | undefined, group: string): EntryMaker {
  const percentiles = metric.percentiles(PERCENTILES);
  return (maxCharacters) => {
    const { form, accuracy, points, count, sum, min, max, lastValue, lastMillis, uncounted } = metric;
    const name = shortText(metric.name, maxCharacters);
    const unit = metric.unit === undefined ? undefined : shortText(metric.unit, 100);
    const value = shortText(group, maxCharacters);
    const figures: Record<string, number | undefined> = { count, sum, min };
    PERCENTILES.forEach((percentile, i) => {
      figures[`p${percentile}`] = percentiles[i];
    });
    figures.max = max;
    if (lastValue !== undefined) figures.last = lastValue;
    const known = Object.entries(figures).filter((pair): pair is [string, number] => pair[1] !== undefined);
    const last_time = lastMillis === undefined ? undefined : timeText(lastMillis);
    const data = {
      name,
      unit,
      ...(tag !== undefined && { group: value }),
      form,
      accuracy,
      points,
      ...Object.fromEntries(known.map(([key, one]) => [key, Number.isFinite(one) ? one : String(one)])),
      last_time,
      ...(metric.samples.notFinite > 0 && { not_finite: metric.samples.notFinite }),
      ...(uncounted > 0 && { uncounted }),
    };
    const of = tag === undefined ? '' : ` ${shortText(tag, 100)}=${value === '' ? '(none)' : value}`;
    const shown = known.map(([key, one]) => `${key} ${figure(one)}`).join(', ');
    return {
      lines: [
        printable(`${name}${unit === undefined ? '' : ` (${unit})`}${of}: ${shown}`),
        `    ${form}, ${accuracy}, ${counted(points, 'point')}${last_time === undefined ? '' : `, the last at ${last_time}`}`,
      ],
      data,
    };
  };
}
