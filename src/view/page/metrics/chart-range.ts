import type { Chart, FilterParameters } from '../../api-types.js';

/**
 * From and to when charts that stand below one another are drawn, in milliseconds: all of their data, or the window of
 * the filter, as far as it is given by times and not relative to now.
 */
export function rangeOf(
  charts: readonly Pick<Chart, 'times' | 'stepMillis'>[],
  { startTime, endTime }: Pick<FilterParameters, 'startTime' | 'endTime'>,
  now: number,
): readonly [number, number] {
  const starts = charts.flatMap(({ times }) => times.slice(0, 1));
  const ends = charts.flatMap(({ times, stepMillis }) => times.slice(-1).map((time) => time + stepMillis));
  const from = timeOf(startTime) ?? (starts.length > 0 ? Math.min(...starts) : now - 60_000);
  const to = timeOf(endTime) ?? (ends.length > 0 ? Math.max(...ends) : now);
  return from < to ? [from, to] : [from, from + 1_000];
}

function timeOf(text: string | undefined): number | undefined {
  const time = text !== undefined && /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
