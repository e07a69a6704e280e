import type { RecordingComparison } from '../../analysis/compare-recordings.js';
import type { DiffValues } from './diff.js';
import { verdictOf } from './moves.js';

/** The whole comparison, one JSON object a line, each with a `kind`. */
export function* diffJson(comparison: RecordingComparison, values: DiffValues): Iterable<string> {
  const { events, metricItems, patternOverflow, otherMetrics, patterns, metrics } = comparison;
  yield JSON.stringify({
    kind: 'total',
    events,
    metrics: metricItems,
    messages_let_go: patternOverflow.counts,
    metrics_without_room: otherMetrics,
  });
  for (const { pattern, kind, status, counts, example } of patterns)
    yield JSON.stringify({ kind: 'pattern', pattern, type: kind, status, counts, example });
  for (const { name, unit, form, status, counts, accuracy, shifts } of metrics) {
    const told = shifts.map((shift) => ({ ...shift, verdict: verdictOf(shift, values) }));
    yield JSON.stringify({ kind: 'metric', name, unit, form, status, counts, accuracy, shifts: told });
  }
}
