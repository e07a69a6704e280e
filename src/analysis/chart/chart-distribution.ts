import type { HistogramDetail } from '../../model/otel-fields.js';
import { estimatePercentile } from '../../model/percentile.js';
import { Distribution } from '../distribution.js';
import { histogramSince, layoutOf, mergeHistograms } from '../merge-histograms.js';
import type { ChartPoints, Stream } from './chart-points.js';
import { type Steps, stepAt } from './chart-steps.js';

/** Percentiles over all lines, a value for each step. */
export interface Percentiles {
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  /** Whether they are estimated from buckets. */
  readonly estimated: boolean;
}

const PERCENTILES = [50, 95, 99];

/** The percentiles of exact measurements. */
export function samplePercentiles(points: ChartPoints, steps: Steps): Percentiles {
  const found = steps.times.map(() => new Distribution());
  for (const { streams } of points.lines)
    for (const stream of streams.values())
      for (const { millis, value } of stream.points) found[stepAt(steps, millis)]?.add(value);
  return percentilesOf(
    found.map((one) => one.percentiles(PERCENTILES)),
    false,
  );
}

/** What histograms recorded in each step, over all lines; those of another layout than the first are left out. */
export function histogramSteps(points: ChartPoints, steps: Steps): (HistogramDetail | undefined)[] {
  const found: (HistogramDetail | undefined)[] = steps.times.map(() => undefined);
  let layout: string | undefined;
  for (const { streams } of points.lines)
    for (const stream of streams.values())
      for (const [millis, grown] of grownIn(stream)) {
        const step = stepAt(steps, millis);
        if (step < 0 || step >= found.length || grown.count === 0) continue;
        layout ??= layoutOf(grown);
        if (layoutOf(grown) !== layout) continue;
        const before = found[step];
        found[step] = before === undefined ? grown : mergeHistograms(before, grown);
      }
  return found;
}

/** The percentiles that histograms allow to estimate. */
export function histogramPercentiles(histograms: readonly (HistogramDetail | undefined)[]): Percentiles {
  return percentilesOf(
    histograms.map((histogram) =>
      PERCENTILES.map((p) => (histogram === undefined ? undefined : estimatePercentile(histogram, p))),
    ),
    true,
  );
}

function* grownIn({ isCumulative, points }: Stream): Generator<readonly [millis: number, grown: HistogramDetail]> {
  let before: HistogramDetail | undefined;
  for (const { millis, histogram, startMillis } of points) {
    if (histogram === undefined) continue;
    if (!isCumulative) yield [millis, histogram];
    else if (before !== undefined) yield [millis, histogramSince(histogram, before)];
    else if (startMillis !== undefined) yield [millis, histogram];
    before = histogram;
  }
}

function percentilesOf(values: readonly (readonly (number | undefined)[])[], estimated: boolean): Percentiles {
  const column = (index: number): (number | null)[] =>
    values.map((row) => {
      const value = row[index];
      return value === undefined || !Number.isFinite(value) ? null : value;
    });
  return { p50: column(0), p95: column(1), p99: column(2), estimated };
}
