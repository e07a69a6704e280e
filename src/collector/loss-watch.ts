import type { Clock } from '../runtime/clock.js';
import { Diagnostics } from '../runtime/diagnostics.js';
import { isSilenced, warnDiag, writeStderrLine } from '../runtime/diagnostics-output.js';

/** What a collector counts as lost: by the path of each counter in `health()`. */
export type LossCounters = Iterable<readonly [path: string, count: number]>;

/** What was lost and is counted where. */
interface Loss {
  readonly path: string;
  readonly count: number;
}

/** Notices what was lost and not said so far. */
export class LossWatch {
  readonly #counters: () => LossCounters;
  readonly #known = new Map<string, number>();

  constructor(counters: () => LossCounters) {
    this.#counters = counters;
  }

  /** Says how much some counters count that was not said so far, and which they are; `undefined` if nothing. */
  takeLosses(paths: readonly string[]): string | undefined {
    const losses = this.#take((path) => paths.includes(path));
    return losses.length === 0 ? undefined : textOf(losses);
  }

  /** The same of all counters, in a text for each reason. */
  takeOthers(reasonOf: (path: string) => string | undefined): readonly string[] {
    const byReason = new Map<string | undefined, Loss[]>();
    for (const loss of this.#take(() => true)) {
      const reason = reasonOf(loss.path);
      byReason.set(reason, [...(byReason.get(reason) ?? []), loss]);
    }
    return Array.from(byReason, ([reason, losses]) =>
      reason === undefined ? textOf(losses) : `${textOf(losses)}: ${reason}`,
    );
  }

  #take(isWanted: (path: string) => boolean): readonly Loss[] {
    const losses: Loss[] = [];
    for (const [path, count] of this.#counters()) {
      const before = this.#known.get(path) ?? 0;
      if (count <= before || !isWanted(path)) continue;
      this.#known.set(path, count);
      losses.push({ path, count: count - before });
    }
    return losses;
  }
}

function textOf(losses: readonly Loss[]): string {
  const each = losses.map(({ path, count }) => {
    const what = path.startsWith('replaced.') ? 'argument' : 'item';
    return `${count} ${what}${count === 1 ? '' : 's'} (see health().${path})`;
  });
  return `lost ${each.join(' and ')}`;
}

/** Diagnostics of a collector: to OpenTelemetry's `diag`, and losses to standard error if `diag` has no logger. */
export function makeDiagnostics(clock: Clock, warnOnLoss: boolean, counters: () => LossCounters): Diagnostics {
  const watch = new LossWatch(counters);
  const isQuiet = !warnOnLoss || isSilenced(process.env);
  return new Diagnostics(clock, {
    warn: warnDiag,
    takeLosses: (paths) => (isQuiet ? undefined : watch.takeLosses(paths)),
    takeOthers: (reasonOf) => (isQuiet ? [] : watch.takeOthers(reasonOf)),
    alarm: writeStderrLine,
  });
}
