import type { MetricComparison, RecordingComparison, Shift } from '../../analysis/compare-recordings.js';
import type { DiffValues } from './diff.js';

const MIN_CHANGE_PERCENT = 5;
const MAX_P = 0.01;

/** What is said of a figure of a metric. */
export type Verdict = 'moved' | 'same' | "can't tell";

/** Whether a figure moved, by the thresholds. */
export function verdictOf({ change, before, after, p }: Shift, values: DiffValues): Verdict {
  const isLarge =
    before !== after && (change === undefined || Math.abs(change) * 100 >= (values.minChange ?? MIN_CHANGE_PERCENT));
  if (!isLarge) return 'same';
  if (p === undefined) return "can't tell";
  return p <= (values.maxP ?? MAX_P) ? 'moved' : 'same';
}

/** Metrics whose figures moved, or may have, or that one recording alone has. */
export function notable(metrics: readonly MetricComparison[], values: DiffValues): MetricComparison[] {
  return metrics.filter(
    ({ status, shifts }) => status !== 'both' || shifts.some((shift) => verdictOf(shift, values) !== 'same'),
  );
}

/** The thresholds that are exceeded, in words. */
export function failuresOf({ patterns, metrics }: RecordingComparison, values: DiffValues): string[] {
  const failures: string[] = [];
  const isNew = patterns.filter(({ status, kind }) => status === 'new' && values.failOnNew?.includes(kind));
  if (isNew.length > 0) failures.push(`new patterns of ${values.failOnNew?.join(', ')}: ${isNew.length}`);
  const { failOnRise } = values;
  if (failOnRise === undefined) return failures;
  for (const { name, shifts } of metrics) {
    for (const shift of shifts) {
      const rose = shift.after > shift.before && (shift.change === undefined || shift.change * 100 >= failOnRise);
      if (rose && verdictOf(shift, { ...values, minChange: 0 }) === 'moved')
        failures.push(`${shift.figure} of ${name} rose by ${changeText(shift)}`);
    }
  }
  return failures;
}

/** A change as percent with its sign. */
export function changeText({ change }: Pick<Shift, 'change'>): string {
  if (change === undefined) return 'from 0';
  const percent = change * 100;
  return `${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0)} %`;
}

/** How likely chance would do it. */
export function chanceText({ p }: Pick<Shift, 'p'>): string {
  if (p === undefined) return '';
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}
