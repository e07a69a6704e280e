import { figure } from '../output/figure.js';

/** A length of time in the unit that fits. */
export function millisText(millis: number): string {
  if (millis > 0 && millis < 1) return `${figure(millis * 1_000)} µs`;
  return millis < 10_000 ? `${figure(millis)} ms` : `${figure(millis / 1_000)} s`;
}
