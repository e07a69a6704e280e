import type { Tags } from '../../../model/metric.js';
import type { Chart } from '../../api-types.js';

/** A line of a plot. */
export interface PlotLine {
  readonly label: string;
  /** Number of its colour, 1 to 8. */
  readonly series: number;
  readonly values: readonly (number | null)[];
}

/** What a plot of a chart shows. */
export type ChartView = 'lines' | 'percentiles';

/** Tags in one line, such as `method=GET, route=/`; words if there are none. */
export function tagsText(tags: Tags | null): string {
  const entries = Object.entries(tags ?? {});
  return entries.length === 0 ? 'no tags' : entries.map(([key, value]) => `${key}=${String(value)}`).join(', ');
}

/** Whether percentiles say more than a line: of what is a distribution. */
export function defaultView({ percentiles, kind }: Chart): ChartView {
  return percentiles !== undefined && (kind === 'histogram' || kind === 'exponential_histogram')
    ? 'percentiles'
    : 'lines';
}

/** The lines that a view shows. */
export function linesOf(chart: Chart, view: ChartView): readonly PlotLine[] {
  const { percentiles } = chart;
  if (view === 'percentiles' && percentiles !== undefined)
    return (['p50', 'p95', 'p99'] as const).map((name, index) => ({
      label: name,
      series: index + 1,
      values: percentiles[name],
    }));
  return chart.lines.map(({ tags, values }, index) => ({ label: tagsText(tags), series: (index % 8) + 1, values }));
}

/** Values as near to 0 are shown as 0: an axis can't be divided into steps that are much smaller. */
const LEAST_VALUE = 1e-290;
/** The end of an axis: the distance between both ends is a number still. */
const GREATEST_VALUE = Number.MAX_VALUE / 4;

/** How long an axis is at least, of its greatest value: steps of less are lost in the value's last digits. */
const LEAST_LENGTH = 1e-11;

/** The values between which a plot's vertical axis runs: all that is shown, and 0 unless that would squeeze the rest. */
export function valueRange(lists: readonly (readonly (number | null)[])[]): readonly [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const values of lists)
    for (const value of values) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  if (min > max) return [0, 1];
  min = Math.min(Math.max(min, -GREATEST_VALUE), GREATEST_VALUE);
  max = Math.min(Math.max(max, -GREATEST_VALUE), GREATEST_VALUE);
  if (min > -LEAST_VALUE && max < LEAST_VALUE) return [min < 0 ? -1 : 0, max > 0 || min === 0 ? 1 : 0];
  if (min > 0 && min < max * 0.7) min = 0;
  if (max < 0 && max > min * 0.7) max = 0;
  if (min === max) return min === 0 ? [0, 1] : [min - Math.abs(min) * 0.1, max + Math.abs(max) * 0.1];
  const room = Math.max((max - min) * 0.06, Math.max(-min, max) * LEAST_LENGTH);
  return [min === 0 ? 0 : min - room, max === 0 ? 0 : max + room];
}

/** Index of the last value of a line that is one; -1 if there is none. */
export function lastIndexOf(values: readonly (number | null)[]): number {
  return values.findLastIndex((value) => value !== null);
}

/** The distance between neighbouring values of a line that is usual, in steps: an exporter may be slower than the steps. */
export function usualDistance(values: readonly (number | null)[]): number {
  const distances: number[] = [];
  let before = -1;
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    if (before >= 0) distances.push(index - before);
    before = index;
  }
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? 1;
}

/** Whether the line has a value there, and none so near that it is joined to it. */
export function isAlone(values: readonly (number | null)[], index: number, reach: number): boolean {
  if ((values[index] ?? null) === null) return false;
  for (let away = 1; away <= reach; away += 1)
    if ((values[index - away] ?? null) !== null || (values[index + away] ?? null) !== null) return false;
  return true;
}
