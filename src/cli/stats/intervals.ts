import type { RecordingStats } from '../../analysis/recording-stats.js';

/** What was counted in an interval of time. */
export interface Interval {
  readonly startMillis: number;
  readonly widthMillis: number;
  /** By type of event, and of metrics. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The intervals that hold anything, in the order of time. Empty if none were asked for. */
export function intervalsOf({ intervals }: RecordingStats): Interval[] {
  const widthMillis = Math.max(0, ...[...intervals.values()].map((buckets) => buckets.widthMillis));
  const found = new Map<number, Record<string, number>>();
  for (const [key, buckets] of intervals) {
    // if one kind's buckets had to be widened, those of all are
    for (const { startMillis, count } of buckets.entries()) {
      const start = Math.floor(startMillis / widthMillis) * widthMillis;
      const counts = found.get(start) ?? { error: 0, warning: 0, info: 0, debug: 0, metric: 0 };
      counts[key] = (counts[key] ?? 0) + count;
      found.set(start, counts);
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([startMillis, counts]) => ({ startMillis, widthMillis, counts }));
}
