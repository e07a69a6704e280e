import { diag } from '@opentelemetry/api';
import { toError } from '../model/errors.js';
import type { InstrumentRule } from '../otel/instruments/instrument-policy.js';
import type { LedgerFigures } from '../pipeline/counters.js';
import type { Clock } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import type { CollectorCounters } from './counters.js';
import type { OnReplaced } from './on-replaced.js';

/** Under which a collector shows its internals: registered, as the builds for both module formats may meet. */
export const INTERNALS: unique symbol = Symbol.for('rimp-telemetry.internals.v1') as never;

/** What other parts of this library ask of a collector, and applications don't. */
export interface CollectorInternals {
  /** Time and timers, outside every request. */
  readonly clock: Clock;
  /** The rules by which measurements are recorded on instruments. */
  readonly instrumentRules: readonly InstrumentRule[] | undefined;
  /** Counts and reports arguments that are no use. */
  readonly onReplaced: OnReplaced;
  /** Items in the buffer. */
  readonly buffered: number;
  /**
   * Notes an error: it becomes `health().lastError`, and is shown at most once a minute for its kind.
   *
   * @param counters - in `health()`, of what is lost because of it.
   */
  report(kind: string, what: string, error?: unknown, counters?: readonly string[]): void;
  /** Shows the counters of something else, such as an exporter, in `health().sinks`; returns what takes them away. */
  addLedger(name: string, figures: () => LedgerFigures): () => void;
  /**
   * Where exporters report that nobody asked for, such as those to the default endpoint of `NodeSDK`: they are counted in
   * `health().sinks`, and what they meet goes to `diag` at the level debug.
   */
  readonly impliedExporters: Pick<CollectorInternals, 'report' | 'addLedger'>;
  /** A consumer of a stream threw or rejected. */
  consumerFailed(error: unknown): void;
}

/** The internals of one collector. */
export class Internals implements CollectorInternals {
  readonly clock: Clock;
  readonly instrumentRules: readonly InstrumentRule[] | undefined;
  readonly onReplaced: OnReplaced;
  readonly #diagnostics: Diagnostics;
  readonly #counters: CollectorCounters;
  readonly #buffered: () => number;

  constructor(
    clock: Clock,
    diagnostics: Diagnostics,
    counters: CollectorCounters,
    buffered: () => number,
    instrumentRules: readonly InstrumentRule[] | undefined,
    onReplaced: OnReplaced,
  ) {
    this.clock = clock;
    this.instrumentRules = instrumentRules;
    this.onReplaced = onReplaced;
    this.#diagnostics = diagnostics;
    this.#counters = counters;
    this.#buffered = buffered;
  }

  get buffered(): number {
    return this.#buffered();
  }

  report(kind: string, what: string, error?: unknown, counters?: readonly string[]): void {
    this.#diagnostics.report(kind, what, error, counters);
  }

  readonly impliedExporters: CollectorInternals['impliedExporters'] = {
    report: (_kind, what, error) => {
      diag.debug(`rimp-telemetry: ${what}${error === undefined ? '' : `: ${toError(error).message}`}`);
    },
    addLedger: (name, figures) => this.#counters.addExporter(name, figures, true),
  };

  addLedger(name: string, figures: () => LedgerFigures): () => void {
    return this.#counters.addExporter(name, figures);
  }

  consumerFailed(error: unknown): void {
    this.#counters.consumerErrors += 1;
    this.#diagnostics.report('consumer', 'a consumer of a stream failed', error);
  }
}
