/** What became of the items that somebody was given: `accepted = delivered + queued + Σ dropped`, at every moment. */
export interface LedgerFigures {
  /** Items taken in. */
  readonly accepted: number;
  /** Items handed on for good. */
  readonly delivered: number;
  /** Items that wait; counted where they wait, never derived. */
  readonly queued: number;
  /** Items lost, by reason; a reason that never occurred is absent. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Counts by reason. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** Adds `count`, 1 unless told otherwise, to a reason. */
  add(reason: string, count = 1): void {
    if (count > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  /** All reasons together. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** A copy as a plain object. */
  toRecord(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/** The books of one place that items pass through. */
export class Ledger {
  accepted = 0;
  delivered = 0;
  readonly dropped = new Counts();
  readonly #queued: () => number;

  /** @param queued - counts the items that wait now. */
  constructor(queued: () => number) {
    this.#queued = queued;
  }

  get figures(): LedgerFigures {
    return {
      accepted: this.accepted,
      delivered: this.delivered,
      queued: this.#queued(),
      dropped: this.dropped.toRecord(),
    };
  }
}

/** Whether a ledger balances. */
export function balances(figures: LedgerFigures): boolean {
  let dropped = 0;
  for (const count of Object.values(figures.dropped)) dropped += count;
  return figures.accepted === figures.delivered + figures.queued + dropped;
}
