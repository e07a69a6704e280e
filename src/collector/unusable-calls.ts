import { show } from '../model/errors.js';
import { closestName } from '../model/spelling.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import type { CollectorCounters } from './counters.js';
import type { MetricFields } from './items-from-arguments.js';
import type { OnReplaced } from './on-replaced.js';

/** Characters of a name that are shown. */
const MAX_NAME = 80;
/** Unknown names that are remembered with what was meant. */
const MAX_HINTS = 100;

/** Counts and reports calls that give no item, and arguments that something else stands in for. */
export class UnusableCalls implements OnReplaced {
  readonly #counters: CollectorCounters;
  readonly #diagnostics: Diagnostics;
  readonly #hints = new Map<string, string>();

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

  unknownArguments(call: string, names: readonly string[], known: readonly string[]): void {
    const [first = ''] = names;
    const more = names.length === 1 ? '' : `, and so are ${names.length - 1} more`;
    const what = `${call}: unknown argument ${JSON.stringify(first.slice(0, MAX_NAME))} is passed over${more}`;
    this.#replace('unknown_argument', `${what}: ${this.#hint(first, known)}`, names.length);
  }

  /** What was most likely meant: to look for it takes longer than all else of a call, and most come again. */
  #hint(name: string, known: readonly string[]): string {
    const expected = `expected one of ${known.join(', ')}`;
    if (name.length > MAX_NAME) return expected;
    const key = `${name} ${expected}`;
    let hint = this.#hints.get(key);
    if (hint === undefined && this.#hints.size < MAX_HINTS) {
      const meant = closestName(name, known);
      hint = meant === undefined ? expected : `did you mean "${meant}"?`;
      this.#hints.set(key, hint);
    }
    return hint ?? expected;
  }

  #expected(reason: string, name: string, expected: string, given: unknown): void {
    this.#replace(reason, `expected "${name}" to be ${expected}, got ${show(given)}`);
  }

  #replace(reason: string, what: string, count = 1): void {
    this.#counters.replaced.add(reason, count);
    this.#diagnostics.report(reason, what, undefined, [`replaced.${reason}`]);
  }

  #reject(reason: string, kind: string, what: string, error?: unknown): void {
    this.#counters.rejected.add(reason);
    this.#diagnostics.report(kind, what, error, [`rejected.${reason}`]);
  }
}
