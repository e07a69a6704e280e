import type { MetricSummary } from '../../analysis/metric-summary.js';
import { printable } from '../../codec/printable.js';
import { counted } from '../format.js';
import { figure } from '../output/figure.js';
import { timeText } from './item-entry.js';
import type { EntryMaker } from './report.js';
import { shortText } from './shorten.js';

const PERCENTILES = [50, 90, 95, 99] as const;

/** The figures of a metric, or of the durations of spans, as an entry; `group` is the value of the tag that they are grouped by. */
export function figuresEntry(metric: MetricSummary, tag: string | undefined, group: string): EntryMaker {
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
