import { show } from '../model/errors.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import type { CollectorCounters } from './counters.js';
import type { MetricFields, OnReplaced } from './items-from-arguments.js';

/** Counts and reports calls that give no item, and arguments that something else stands in for. */
export class UnusableCalls implements OnReplaced {
  readonly #counters: CollectorCounters;
  readonly #diagnostics: Diagnostics;

  constructor(counters: CollectorCounters, diagnostics: Diagnostics) {
    this.#counters = counters;
    this.#diagnostics = diagnostics;
  }

  /** The collector was shut down before. */
  afterShutdown(): void {
    this.#reject('after_shutdown', 'after_shutdown', 'an item was collected after shutdown()');
  }

  /** An error of this library. */
  failed(what: 'an event' | 'a metric', error: unknown): void {
    this.#reject('failed', 'collect', `collecting ${what} failed`, error);
  }

  /** There is no name, or the value is no number. */
  invalidMetric({ name, value }: Partial<Record<keyof MetricFields, unknown>>): void {
    const expected = 'expected a name and a number';
    const what = `collectMetric: ${expected}, got ${show(name)} and ${show(value)}`;
    this.#reject('invalid_metric', 'invalid_metric', what);
  }

  /** What was given as a time is none: the item has the time of the call. */
  invalidTime(given: unknown): void {
    this.#counters.replaced.add('invalid_timestamp');
    const expected = 'a Date, milliseconds since the Unix epoch, ISO text or an HrTime';
    this.#diagnostics.report('invalid_timestamp', `expected "timestamp" to be ${expected}, got ${show(given)}`);
  }

  /** What was given as the type of an event names none: it is `info`. */
  invalidEventType(given: unknown): void {
    this.#counters.replaced.add('invalid_event_type');
    const expected = 'info, warning, error or debug';
    this.#diagnostics.report('invalid_event_type', `expected the event's type to be ${expected}, got ${show(given)}`);
  }

  #reject(reason: string, kind: string, what: string, error?: unknown): void {
    this.#counters.rejected.add(reason);
    this.#diagnostics.report(kind, what, error, [`rejected.${reason}`]);
  }
}
