/** What became of the items that somebody was given: `accepted = delivered + queued + Σ dropped`, at every moment. */
export interface LedgerFigures {
  /** Items taken in. */
  readonly accepted: number;
  /** Items handed on for good. */
  readonly delivered: number;
  /** Items that wait; counted where they wait, never derived. */
  readonly queued: number;
  /** Items lost, by reason; a reason that never occurred is absent. `returned`: given back to a sender who sends again. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Counts by reason. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** Adds `count`, default 1, to a reason. */
  add(reason: string, count = 1): void {
    if (count > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  /** Adds counts by reason; gives how many they are together. */
  addAll(counts: Readonly<Record<string, number>>): number {
    let total = 0;
    for (const reason in counts) {
      const count = counts[reason] as number;
      this.add(reason, count);
      total += count;
    }
    return total;
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

/** The counters of one place that items pass through. */
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

/** The reason of items that went back to the sender of the request that they came in, who sends them again: no loss. */
export const RETURNED = 'returned';

/** The items that some ledgers have lost, together. */
export function lostIn(ledgers: Iterable<LedgerFigures>): number {
  let lost = 0;
  for (const { dropped } of ledgers)
    for (const [reason, count] of Object.entries(dropped)) if (reason !== RETURNED) lost += count;
  return lost;
}

/** The counters of a place, with those of what was there before. */
export function withFormer(now: LedgerFigures, former: LedgerFigures | undefined): LedgerFigures {
  if (former === undefined) return now;
  const dropped: Record<string, number> = { ...former.dropped };
  for (const [reason, count] of Object.entries(now.dropped)) dropped[reason] = (dropped[reason] ?? 0) + count;
  return {
    accepted: former.accepted + now.accepted,
    delivered: former.delivered + now.delivered,
    queued: now.queued,
    dropped,
  };
}
