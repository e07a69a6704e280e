import type { KeyedCounts } from '../../analysis/keyed-counts.js';
import type { RecordingStats } from '../../analysis/recording-stats.js';
import { intervalsOf } from './intervals.js';

/** Everything that was counted, one JSON object a line, each with a `kind`. */
export function* statsJson(stats: RecordingStats, unreadable: Readonly<Record<string, number>>): Iterable<string> {
  const { events, metricItems, spanItems, firstMillis, lastMillis, patterns, metrics, spans } = stats;
  const { overflow } = patterns;
  yield JSON.stringify({
    kind: 'total',
    events,
    metrics: metricItems,
    spans: spanItems,
    first: timeOf(firstMillis),
    last: timeOf(lastMillis),
    unreadable,
    patterns_let_go: overflow.patterns,
    messages_let_go: overflow.messages,
    histogram_parts: metrics.parts,
    metrics_without_room: metrics.others,
  });
  yield* counts('type', stats.types);
  yield* counts('source', stats.sources);
  yield* counts('service', stats.services);
  yield* counts('event_name', stats.eventNames);
  for (const { pattern, kind, count, firstMillis: first, lastMillis: last, example } of patterns.patterns())
    yield JSON.stringify({
      kind: 'pattern',
      pattern,
      type: kind,
      count,
      first: timeOf(first),
      last: timeOf(last),
      example,
    });
  for (const span of spans.list()) {
    const { name, accuracy, count, sum, min, max } = span;
    const [p50, p90, p95, p99] = span.percentiles([50, 90, 95, 99]);
    yield JSON.stringify({ kind: 'span', name, unit: 'ms', accuracy, count, sum, min, p50, p90, p95, p99, max });
  }
  for (const metric of metrics.list()) {
    const { name, unit, form, accuracy, points, count, sum, min, max, uncounted } = metric;
    const [p50, p90, p95, p99] = metric.percentiles([50, 90, 95, 99]);
    const not_finite = metric.samples.notFinite;
    yield JSON.stringify({
      kind: 'metric',
      name,
      unit,
      form,
      accuracy,
      points,
      count,
      sum,
      min,
      p50,
      p90,
      p95,
      p99,
      max,
      not_finite,
      uncounted,
    });
  }
  for (const { startMillis, widthMillis, counts: by } of intervalsOf(stats))
    yield JSON.stringify({ kind: 'interval', start: timeOf(startMillis), seconds: widthMillis / 1_000, ...by });
}

function* counts(kind: string, counted: KeyedCounts): Iterable<string> {
  for (const { key, count } of counted.entries()) yield JSON.stringify({ kind, name: key, count });
  if (counted.others > 0) yield JSON.stringify({ kind, others: true, count: counted.others });
}

function timeOf(millis: number | undefined): string | undefined {
  return millis === undefined ? undefined : new Date(millis).toISOString();
}
