import { show } from '../model/errors.js';
import { closestName } from '../model/spelling.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import type { CollectorCounters } from './counters.js';
import type { MetricFields } from './items-from-arguments.js';
import type { OnReplaced } from './on-replaced.js';

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

  invalidTime(given: unknown): void {
    this.#expected(
      'invalid_timestamp',
      'timestamp',
      'a Date, milliseconds since the Unix epoch, ISO text or an HrTime',
      given,
    );
  }

  invalidEventType(given: unknown): void {
    // by whichever name it was given
    const what = `expected the event's type to be info, warning, error or debug, got ${show(given)}`;
    this.#replace('invalid_event_type', what);
  }

  invalidUnit(given: unknown): void {
    this.#expected('invalid_unit', 'unit', 'text in front of the tags', given);
  }

  invalidTags(given: unknown): void {
    this.#expected('invalid_tags', 'tags', 'a map', given);
  }

  unknownArgument(call: string, name: string, known: readonly string[]): void {
    const meant = closestName(name, known);
    const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${meant}"?`;
    this.#replace(
      'unknown_argument',
      `${call}: unknown argument ${JSON.stringify(name.slice(0, 80))} is passed over: ${hint}`,
    );
  }

  #expected(reason: string, name: string, expected: string, given: unknown): void {
    this.#replace(reason, `expected "${name}" to be ${expected}, got ${show(given)}`);
  }

  #replace(reason: string, what: string): void {
    this.#counters.replaced.add(reason);
    this.#diagnostics.report(reason, what, undefined, [`replaced.${reason}`]);
  }

  #reject(reason: string, kind: string, what: string, error?: unknown): void {
    this.#counters.rejected.add(reason);
    this.#diagnostics.report(kind, what, error, [`rejected.${reason}`]);
  }
}
