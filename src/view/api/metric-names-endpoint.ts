import { aggregateFor, valuesOf } from '../../analysis/chart/chart-lines.js';
import { ChartPoints, chartNameOf } from '../../analysis/chart/chart-points.js';
import { stepsFor } from '../../analysis/chart/chart-steps.js';
import { nameTest } from '../../analysis/filter/name-test.js';
import { isHistogramPart } from '../../analysis/metric-summary.js';
import { isEvent } from '../../model/item.js';
import type { MetricName, MetricNames } from '../api-types.js';
import { sendJson } from '../http/send.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf } from './item-filter.js';
import { Parameters } from './parameters.js';
import { scan } from './scan.js';

/** Metrics that are read, the latest first. */
const MAX_METRICS = 50_000;
const MAX_NAMES = 1_000;
const SPARKLINE_STEPS = 30;
/** Lines whose sum or mean is the sparkline: those of a metric that has more are like one another. */
const SPARKLINE_LINES = 50;

/** `GET api/metric-names`. */
export async function metricNames(context: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const { name, filter } = withoutName(search, new Date(context.host.clock.now()));
  const found = new Map<string, ChartPoints>();
  let left = 0;
  const { cut } = await scan({ context, filter, order: 'desc', maxItems: MAX_METRICS, signal }, (item) => {
    if (isEvent(item) || isHistogramPart(item)) return;
    const own = chartNameOf(item);
    if (!name(own)) return;
    let points = found.get(own);
    if (points === undefined) {
      if (found.size >= MAX_NAMES) {
        left += 1;
        return;
      }
      found.set(own, (points = new ChartPoints()));
    }
    points.add(item);
  });
  if (signal.aborted) return;
  const names = [...found].map(([own, points]) => metricName(own, points));
  const answer: MetricNames = {
    names: names.sort((a, b) => (a.name < b.name ? -1 : 1)),
    cut: cut || left > 0,
  };
  sendJson(response, answer);
}

/** The name that is asked for is that of the chart, which of a histogram is not that of its items. */
function withoutName(
  search: string,
  now: Date,
): { readonly name: (name: string) => boolean; readonly filter: ReturnType<typeof filterOf> } {
  const given = new Parameters(search, FILTER_NAMES);
  const name = given.text('name');
  const rest = new URLSearchParams(search);
  rest.delete('name');
  return {
    name: name === undefined ? () => true : nameTest([name]),
    filter: filterOf(new Parameters(rest.toString(), FILTER_NAMES), ['metric'], now),
  };
}

function metricName(name: string, points: ChartPoints): MetricName {
  points.sort();
  const { kind, unit, description, isAdditive, lineCount } = points;
  let lastMillis = Number.NEGATIVE_INFINITY;
  let last = Number.NaN;
  for (const { streams } of points.lines)
    for (const stream of streams.values()) {
      const point = stream.points.at(-1);
      if (point === undefined || point.millis < lastMillis) continue;
      lastMillis = point.millis;
      last = meanOf(point.value, point.histogram?.sum, point.histogram?.count);
    }
  return {
    name,
    unit: unit ?? null,
    kind,
    ...(description !== undefined && { description }),
    series: lineCount,
    last: Number.isFinite(last) ? last : null,
    lastTime: new Date(Number.isFinite(lastMillis) ? lastMillis : 0).toISOString(),
    sparkline: sparklineOf(points, kind, isAdditive),
  };
}

/** Of a histogram the mean of what it recorded. */
function meanOf(value: number, sum: number | undefined, count: number | undefined): number {
  if (count === undefined) return value;
  return sum === undefined ? Number.NaN : sum / count;
}

function sparklineOf(points: ChartPoints, kind: MetricName['kind'], isAdditive: boolean): (number | null)[] {
  const steps = stepsFor(points, { fromMillis: undefined, toMillis: undefined, maxSteps: SPARKLINE_STEPS });
  const aggregate = aggregateFor(kind, isAdditive);
  const sums = steps.times.map((): { sum: number; lines: number } => ({ sum: 0, lines: 0 }));
  let lines = 0;
  for (const line of points.lines) {
    lines += 1;
    if (lines > SPARKLINE_LINES) break;
    for (const [step, value] of valuesOf(line, steps, aggregate, kind, isAdditive).entries()) {
      const into = sums[step];
      if (value === null || into === undefined) continue;
      into.sum += value;
      into.lines += 1;
    }
  }
  return sums.map(({ sum, lines: count }) => (count === 0 ? null : aggregate === 'rate' ? sum : sum / count));
}
