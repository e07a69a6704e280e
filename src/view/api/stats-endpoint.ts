import type { KeyedCounts } from '../../analysis/keyed-counts.js';
import type { MetricSummary } from '../../analysis/metric-summary.js';
import { RecordingStats } from '../../analysis/recording-stats.js';
import type { CountLine, MetricStats, Stats } from '../api-types.js';
import { sendJson } from '../http/send.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf } from './item-filter.js';
import { Parameters } from './parameters.js';
import { scan } from './scan.js';

/** Items that are read, the latest first. */
const MAX_ITEMS = 100_000;
const MAX_LINES = 100;
const SPARKLINE_PARTS = 60;

/** `GET api/stats`. */
export async function stats(context: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const given = new Parameters(search, FILTER_NAMES);
  const filter = filterOf(given, ['event', 'metric'], new Date(context.host.clock.now()));
  const found = new RecordingStats();
  const { cut } = await scan({ context, filter, order: 'desc', maxItems: MAX_ITEMS, signal }, (item) =>
    found.add(item),
  );
  if (signal.aborted) return;
  const { firstMillis, lastMillis } = found;
  const answer: Stats = {
    events: found.events,
    metrics: found.metricItems,
    first: firstMillis === undefined ? null : new Date(firstMillis).toISOString(),
    last: lastMillis === undefined ? null : new Date(lastMillis).toISOString(),
    types: linesOf(found.types),
    sources: linesOf(found.sources),
    services: linesOf(found.services),
    eventNames: linesOf(found.eventNames),
    metricNames: found.metrics.list().slice(0, MAX_LINES).map(metricOf),
    sparkline:
      firstMillis === undefined || lastMillis === undefined
        ? []
        : found.times.series(firstMillis, lastMillis, SPARKLINE_PARTS).map(Math.round),
    cut,
  };
  sendJson(response, answer);
}

function linesOf(counts: KeyedCounts): CountLine[] {
  return counts
    .entries()
    .slice(0, MAX_LINES)
    .map(({ key, count }) => ({ name: key, count }));
}

function metricOf(summary: MetricSummary): MetricStats {
  const [p50, p95, p99] = summary.percentiles([50, 95, 99]);
  const { name, form, unit, count, sum, min, max, lastValue, accuracy } = summary;
  return {
    name,
    form,
    unit: unit ?? null,
    count,
    sum: sum ?? null,
    min: min ?? null,
    max: max ?? null,
    last: lastValue ?? null,
    p50: p50 ?? null,
    p95: p95 ?? null,
    p99: p99 ?? null,
    accuracy,
  };
}
