import type { ChartKind, ChartPoint, Line, Stream } from './chart-points.js';
import { type Steps, stepAt } from './chart-steps.js';

/** What a line shows of the points in a step. */
export type Aggregate = 'last' | 'mean' | 'max' | 'rate' | 'count';

/** What shows most of a kind. */
export function aggregateFor(kind: ChartKind, isAdditive: boolean): Aggregate {
  if (kind === 'sample') return 'mean';
  if (kind === 'histogram' || kind === 'exponential_histogram' || isAdditive) return 'rate';
  return 'last';
}

/** What a point adds to a step. */
interface Part {
  /** The sum of what was measured, of a counter its growth. */
  readonly sum: number;
  /** Measurements, of a counter its growth. */
  readonly count: number;
  readonly max: number;
  readonly last: number;
  /** The time over which it grew, in milliseconds; 0 if that is not known. */
  readonly overMillis: number;
}

interface Sum {
  sum: number;
  count: number;
  max: number;
  last: number;
  lastMillis: number;
  overMillis: number;
}

/** The values of a line, one for each step; `null` if there are no points in it. */
export function valuesOf(
  { streams }: Line,
  steps: Steps,
  aggregate: Aggregate,
  kind: ChartKind,
  isAdditive: boolean,
): (number | null)[] {
  const rates = steps.times.map((): number | null => null);
  const all: (Sum | undefined)[] = steps.times.map(() => undefined);
  for (const stream of streams.values()) {
    const sums: (Sum | undefined)[] = steps.times.map(() => undefined);
    for (const [point, part] of partsOf(stream, kind, isAdditive)) {
      const step = stepAt(steps, point.millis);
      if (step < 0 || step >= sums.length || !Number.isFinite(point.value)) continue;
      for (const into of [sums, all]) into[step] = addPart(into[step], part, point.millis);
    }
    for (const [step, sum] of sums.entries()) {
      if (sum === undefined) continue;
      const over = isAdditive || kind === 'histogram' || kind === 'exponential_histogram' ? sum.overMillis : 0;
      // points may be further apart than steps: what grew between two did so in all that time
      const seconds = Math.max(over, steps.stepMillis) / 1_000;
      rates[step] = (rates[step] ?? 0) + sum.count / seconds;
    }
  }
  if (aggregate === 'rate') return rates;
  return all.map((sum) => (sum === undefined ? null : valueOf(sum, aggregate)));
}

function valueOf(sum: Sum, aggregate: Exclude<Aggregate, 'rate'>): number | null {
  switch (aggregate) {
    case 'last':
      return finite(sum.last);
    case 'mean':
      return sum.count === 0 ? null : finite(sum.sum / sum.count);
    case 'max':
      return finite(sum.max);
    case 'count':
      return sum.count;
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function addPart(into: Sum | undefined, part: Part, millis: number): Sum {
  if (into === undefined) return { ...part, lastMillis: millis };
  into.sum += part.sum;
  into.count += part.count;
  into.max = Math.max(into.max, part.max);
  into.overMillis += part.overMillis;
  if (millis >= into.lastMillis) {
    into.last = part.last;
    into.lastMillis = millis;
  }
  return into;
}

/** The points of a stream with what each adds. */
function* partsOf(
  { isCumulative, points }: Stream,
  kind: ChartKind,
  isAdditive: boolean,
): Generator<readonly [ChartPoint, Part]> {
  let before: ChartPoint | undefined;
  for (const point of points) {
    if (kind === 'histogram' || kind === 'exponential_histogram') {
      const grown = isCumulative ? growth(point, before) : whole(point);
      if (grown !== undefined) yield [point, histogramPart(point, grown, before, isCumulative)];
    } else if (isAdditive) {
      const grown = isCumulative ? growth(point, before) : whole(point);
      if (grown !== undefined) {
        const { count, overMillis } = grown;
        yield [point, { sum: point.value, count, max: point.value, last: point.value, overMillis }];
      }
    } else {
      const { value } = point;
      yield [point, { sum: value, count: 1, max: value, last: value, overMillis: 0 }];
    }
    before = point;
  }
}

interface Growth {
  readonly count: number;
  readonly overMillis: number;
}

function whole({ value, millis, startMillis }: ChartPoint): Growth {
  return { count: value, overMillis: startMillis === undefined ? 0 : Math.max(0, millis - startMillis) };
}

/** How much a cumulative point grew since the one before; `undefined` if that is not known. */
function growth(point: ChartPoint, before: ChartPoint | undefined): Growth | undefined {
  if (before === undefined) return point.startMillis === undefined ? undefined : whole(point);
  const beganAnew = point.value < before.value || (point.startMillis ?? 0) > before.millis;
  const overMillis = point.millis - before.millis;
  return { count: beganAnew ? point.value : point.value - before.value, overMillis };
}

function histogramPart(
  { histogram, value }: ChartPoint,
  { count, overMillis }: Growth,
  before: ChartPoint | undefined,
  isCumulative: boolean,
): Part {
  const sum = histogram?.sum ?? Number.NaN;
  const sumBefore = isCumulative && count < value ? (before?.histogram?.sum ?? Number.NaN) : 0;
  const mean = count === 0 ? Number.NaN : (sum - sumBefore) / count;
  return { sum: sum - sumBefore, count, max: histogram?.max ?? Number.NaN, last: mean, overMillis };
}
