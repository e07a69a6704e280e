import type { Diagnostics } from '../runtime/diagnostics.js';

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

/** Why sinks and exporters lost what they did since. */
interface GrownLosses {
  /** The reasons that were reported, each once. */
  readonly reasons: string;
  /** The counters of what was lost without one. */
  readonly unexplained: readonly string[];
}

/** Looks which counters of sinks and exporters have grown since. */
export function grownSince(
  before: ReadonlyMap<string, number>,
  now: LossCounters,
  diagnostics: Pick<Diagnostics, 'reasonOf'>,
): GrownLosses {
  const reasons = new Set<string>();
  const unexplained: string[] = [];
  for (const [path, count] of now) {
    if (!path.startsWith('sinks') || count <= (before.get(path) ?? 0)) continue;
    const reason = diagnostics.reasonOf(path);
    if (reason === undefined) unexplained.push(path);
    else reasons.add(reason);
  }
  return { reasons: Array.from(reasons).join('; '), unexplained };
}
