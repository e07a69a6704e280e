import type { Clock } from '../runtime/clock.js';
import { Diagnostics } from '../runtime/diagnostics.js';
import { isSilenced, warnDiag, writeStderrLine } from '../runtime/diagnostics-output.js';

/** What a collector counts as lost: by the path of each counter in `health()`. */
export type LossCounters = Iterable<readonly [path: string, count: number]>;

/** Notices what was lost since it looked last. */
export class LossWatch {
  readonly #counters: () => LossCounters;
  readonly #known = new Map<string, number>();

  constructor(counters: () => LossCounters) {
    this.#counters = counters;
  }

  /** Says how much was lost since the last call, and which counters show it; `undefined` if nothing was. */
  newLosses(): string | undefined {
    const grown: string[] = [];
    for (const [path, count] of this.#counters()) {
      const before = this.#known.get(path) ?? 0;
      if (count <= before) continue;
      this.#known.set(path, count);
      grown.push(`${count - before === 1 ? '1 item' : `${count - before} items`} (see health().${path})`);
    }
    return grown.length === 0 ? undefined : `lost ${grown.join(' and ')}`;
  }
}

/** Diagnostics of a collector: to OpenTelemetry's `diag`, and losses to standard error if `diag` has no logger. */
export function makeDiagnostics(clock: Clock, warnOnLoss: boolean, counters: () => LossCounters): Diagnostics {
  const watch = new LossWatch(counters);
  const isQuiet = !warnOnLoss || isSilenced(process.env);
  return new Diagnostics(clock, {
    warn: warnDiag,
    newLosses: () => (isQuiet ? undefined : watch.newLosses()),
    alarm: writeStderrLine,
  });
}
