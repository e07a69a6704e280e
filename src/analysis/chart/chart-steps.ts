import type { ChartPoints } from './chart-points.js';

/** Equal steps of time. */
export interface Steps {
  /** The start of each, in milliseconds since the Unix epoch, ascending. */
  readonly times: readonly number[];
  readonly stepMillis: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WIDTHS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28].map((n) => n * DAY),
];

/** What the steps are to cover. */
export interface Span {
  /** `undefined`: from the first point on. */
  readonly fromMillis: number | undefined;
  /** `undefined`: to the last point. */
  readonly toMillis: number | undefined;
  /** How many steps there are to be, at most. */
  readonly maxSteps: number;
}

/** Round steps for the points of a metric, not narrower than its points mostly are apart. */
export function stepsFor(points: ChartPoints, { fromMillis, toMillis, maxSteps }: Span): Steps {
  const [first, last, gap] = extentOf(points);
  if (first > last) return { times: [], stepMillis: SECOND };
  const from = Math.max(fromMillis ?? first, first);
  const to = Math.max(from, Math.min(toMillis ?? last, last));
  const least = Math.max(gap, (to - from) / Math.max(1, maxSteps - 2));
  const stepMillis = WIDTHS.find((width) => width >= least) ?? Math.ceil(least / DAY) * DAY;
  const start = Math.floor(from / stepMillis) * stepMillis;
  const length = Math.floor((to - start) / stepMillis) + 1;
  return { times: Array.from({ length }, (_, i) => start + i * stepMillis), stepMillis };
}

/** The number of the step that a time is in; outside of the steps it is none of their numbers. */
export function stepAt({ times, stepMillis }: Steps, millis: number): number {
  return Math.floor((millis - (times[0] ?? 0)) / stepMillis);
}

/** The first and last time of a point, and the median time between two of a stream. */
function extentOf(points: ChartPoints): readonly [first: number, last: number, gap: number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const gaps: number[] = [];
  for (const { streams } of points.lines)
    for (const { points: own } of streams.values()) {
      first = Math.min(first, own[0]?.millis ?? first);
      last = Math.max(last, own.at(-1)?.millis ?? last);
      for (let i = 1; i < own.length && gaps.length < 10_000; i += 1)
        gaps.push((own[i]?.millis ?? 0) - (own[i - 1]?.millis ?? 0));
    }
  // measurements come when they come
  if (points.kind === 'sample' || gaps.length === 0) return [first, last, 1];
  gaps.sort((a, b) => a - b);
  return [first, last, gaps[Math.floor(gaps.length / 2)] ?? 1];
}
