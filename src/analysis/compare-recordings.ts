import { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import { mannWhitney } from './mann-whitney.js';
import { type MessagePattern, MessagePatterns, type PatternOverflow } from './message-patterns.js';
import { MetricSummaries } from './metric-summaries.js';
import type { MetricSummary } from './metric-summary.js';
import { quantileShift } from './quantile-shift.js';
import type { Weighted } from './sketch.js';
import { spanAsMetric, spanOf } from './span.js';

/** How a figure of a metric moved from one recording to another. */
export interface Shift {
  readonly figure: 'median' | 'p95';
  readonly before: number;
  readonly after: number;
  /** `after / before - 1`: 0.1 is 10 % more; `undefined` if `before` is 0 and `after` isn't. */
  readonly change: number | undefined;
  /**
   * How likely so great a difference would be by chance, by the Mann–Whitney test (median) or the bootstrap (p95), after
   * Benjamini and Hochberg's correction for as many comparisons; `undefined` if it can't be told.
   */
  readonly p: number | undefined;
}

/** A metric in two recordings. */
export interface MetricComparison {
  readonly name: string;
  readonly unit: string | undefined;
  readonly form: MetricSummary['form'];
  readonly status: 'both' | 'new' | 'gone';
  readonly counts: readonly [before: number, after: number];
  /** Whether its figures are exact, of a sketch, or estimated from buckets. */
  readonly accuracy: MetricSummary['accuracy'];
  /** Empty unless both recordings have it. */
  readonly shifts: readonly Shift[];
}

/** A pattern of messages in two recordings. */
export interface PatternComparison extends MessagePattern {
  readonly status: 'both' | 'new' | 'gone';
}

/** What differs between two recordings. */
export interface RecordingComparison {
  /** The greatest difference of counts first; those of one recording alone before the others. */
  readonly patterns: readonly PatternComparison[];
  readonly patternOverflow: PatternOverflow;
  /** The durations of spans are among them, as `span …`. */
  readonly metrics: readonly MetricComparison[];
  readonly events: readonly [before: number, after: number];
  readonly metricItems: readonly [before: number, after: number];
  /** Items of metrics that are not compared, as there were too many names. */
  readonly otherMetrics: number;
}

/** Takes two recordings in, in any order, in bounded memory; {@link result} compares them. */
export class RecordingComparer {
  readonly #patterns: MessagePatterns;
  readonly #metrics = [new MetricSummaries(), new MetricSummaries()] as const;
  readonly #events: [number, number] = [0, 0];
  readonly #metricItems: [number, number] = [0, 0];

  /** @param maxPatterns - patterns that are kept of both together; default 2,000. */
  constructor(maxPatterns = 2_000) {
    this.#patterns = new MessagePatterns({ maxPatterns, recordings: 2 });
  }

  /** @param recording - 0: the one before, 1: the one after. */
  add(item: TelemetryEvent | TelemetryMetric, recording: 0 | 1): void {
    if (item instanceof TelemetryEvent) {
      this.#events[recording] += 1;
      this.#patterns.add(item.message, item.timestamp.getTime(), item.eventType, recording);
      if (spanOf(item) !== undefined) this.#metrics[recording].add(spanAsMetric(item, `span ${item.message}`));
    } else {
      this.#metricItems[recording] += 1;
      this.#metrics[recording].add(item);
    }
  }

  result(): RecordingComparison {
    const [before, after] = this.#metrics;
    const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
    const metrics = keys.map((key) => compareMetric(before.get(key), after.get(key)));
    return {
      patterns: this.#patterns.patterns().map(withStatus).sort(byDifference),
      patternOverflow: this.#patterns.overflow,
      metrics: corrected(metrics),
      events: [...this.#events],
      metricItems: [...this.#metricItems],
      otherMetrics: before.others + after.others,
    };
  }
}

function withStatus(pattern: MessagePattern): PatternComparison {
  const [before = 0, after = 0] = pattern.counts;
  return { ...pattern, status: before === 0 ? 'new' : after === 0 ? 'gone' : 'both' };
}

function byDifference(a: PatternComparison, b: PatternComparison): number {
  const alone = Number(a.status === 'both') - Number(b.status === 'both');
  return alone || differenceOf(b) - differenceOf(a);
}

function differenceOf({ counts: [before = 0, after = 0] }: MessagePattern): number {
  return Math.abs(after - before);
}

function compareMetric(before: MetricSummary | undefined, after: MetricSummary | undefined): MetricComparison {
  const known = (after ?? before) as MetricSummary;
  const { name, unit, form } = known;
  const accuracies = [before, after].map((summary) => summary?.accuracy ?? 'exact');
  const accuracy = (['estimated', 'sketch'] as const).find((one) => accuracies.includes(one)) ?? 'exact';
  const status = before === undefined ? 'new' : after === undefined ? 'gone' : 'both';
  const counts = [before?.count ?? 0, after?.count ?? 0] as const;
  const shifts = before === undefined || after === undefined ? [] : shiftsOf(before, after);
  return { name, unit, form, status, counts, accuracy, shifts };
}

function shiftsOf(before: MetricSummary, after: MetricSummary): Shift[] {
  const [median1, high1] = before.percentiles([50, 95]);
  const [median2, high2] = after.percentiles([50, 95]);
  if (median1 === undefined || median2 === undefined || high1 === undefined || high2 === undefined) return [];
  const test = before.form === 'histogram' ? testOfBuckets(before, after) : testsOf(before, after);
  return [shift('median', median1, median2, test?.median), shift('p95', high1, high2, test?.high)];
}

function shift(figure: Shift['figure'], before: number, after: number, p: number | undefined): Shift {
  const change = before === after ? 0 : before === 0 ? undefined : (after - before) / Math.abs(before);
  return { figure, before, after, change, p };
}

interface Tests {
  readonly median: number | undefined;
  readonly high: number | undefined;
}

/** Of buckets only ranks are known: those of one bucket are ties. What moved within a bucket can't be told. */
function testOfBuckets(before: MetricSummary, after: MetricSummary): Tests {
  const [first, second] = [before, after].map(({ histogram }) =>
    histogram?.buckets?.counts.map((count, value) => ({ value, count })),
  );
  if (first === undefined || second === undefined) return { median: undefined, high: undefined };
  return { median: mannWhitney(first, second).p, high: undefined };
}

function testsOf(before: MetricSummary, after: MetricSummary): Tests {
  // exact values and those of a sketch would never be equal
  const asSketch = !before.samples.isExact || !after.samples.isExact;
  const samples: [Weighted[], Weighted[]] = [before.samples.weighted(asSketch), after.samples.weighted(asSketch)];
  const enough = before.count >= 5 && after.count >= 5;
  return {
    median: enough ? mannWhitney(...samples).p : undefined,
    high: quantileShift(...samples, 0.95),
  };
}

/** With the probabilities as they are when there are so many of them (Benjamini and Hochberg, 1995). */
function corrected(metrics: readonly MetricComparison[]): MetricComparison[] {
  const shifts = metrics.flatMap((metric) => metric.shifts).filter(({ p }) => p !== undefined);
  const sorted = shifts.toSorted((a, b) => (b.p as number) - (a.p as number));
  const corrections = new Map<Shift, number>();
  let least = 1;
  sorted.forEach((one, i) => {
    least = Math.min(least, ((one.p as number) * sorted.length) / (sorted.length - i));
    corrections.set(one, least);
  });
  return metrics.map((metric) => ({
    ...metric,
    shifts: metric.shifts.map((one) => ({ ...one, p: corrections.get(one) })),
  }));
}
