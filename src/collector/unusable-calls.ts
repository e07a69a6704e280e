import { show } from '../model/errors.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import type { CollectorCounters } from './counters.js';
import type { MetricFields } from './items-from-arguments.js';

/** Counts and reports calls that give no item, and arguments that something else stands in for. */
export class UnusableCalls {
  readonly #counters: CollectorCounters;
  readonly #diagnostics: Diagnostics;

  constructor(counters: CollectorCounters, diagnostics: Diagnostics) {
    this.#counters = counters;
    this.#diagnostics = diagnostics;
  }

  /** The collector was shut down before. */
  afterShutdown(): void {
    this.#counters.rejected.add('after_shutdown');
    this.#diagnostics.report('after_shutdown', 'an item was collected after shutdown()');
  }

  /** An error of this library. */
  failed(what: 'an event' | 'a metric', error: unknown): void {
    this.#counters.rejected.add('failed');
    this.#diagnostics.report('collect', `collecting ${what} failed`, error);
  }

  /** There is no name, or the value is no number. */
  invalidMetric({ name, value }: Partial<Record<keyof MetricFields, unknown>>): void {
    this.#counters.rejected.add('invalid_metric');
    const expected = 'expected a name and a number';
    this.#diagnostics.report('invalid_metric', `collectMetric: ${expected}, got ${show(name)} and ${show(value)}`);
  }

  /** What was given as a time is none: the item has the time of the call. */
  invalidTime(given: unknown): void {
    this.#counters.replaced.add('invalid_timestamp');
    const expected = 'a Date, milliseconds since the Unix epoch, ISO text or an HrTime';
    this.#diagnostics.report('invalid_timestamp', `expected "timestamp" to be ${expected}, got ${show(given)}`);
  }
}
