import type { EventLine, Gap } from '../../api-types.js';

type PendingPart = { readonly events: readonly EventLine[]; readonly size: number } | { readonly gap: Gap };

/** What came while the list was paused. It is bounded: beyond that the oldest become a gap that can be loaded. */
export class PendingItems {
  readonly #maxEvents: number;
  #parts: PendingPart[] = [];
  #count = 0;
  #left: Gap | undefined;

  constructor(maxEvents = 20_000) {
    this.#maxEvents = maxEvents;
  }

  /** Events that wait, those that became a gap among them. */
  get count(): number {
    return this.#count + (this.#left?.count ?? 0);
  }

  addEvents(events: readonly EventLine[], size: number): void {
    if (events.length === 0) return;
    this.#parts.push({ events, size });
    this.#count += events.length;
    while (this.#count > this.#maxEvents && this.#parts.length > 1) this.#leave();
  }

  addGap(gap: Gap): void {
    this.#parts.push({ gap });
  }

  /** All that waited, in its order. */
  takeAll(): readonly PendingPart[] {
    const all: readonly PendingPart[] = this.#left === undefined ? this.#parts : [{ gap: this.#left }, ...this.#parts];
    this.#parts = [];
    this.#count = 0;
    this.#left = undefined;
    return all;
  }

  #leave(): void {
    const part = this.#parts.shift();
    if (part === undefined) return;
    if ('gap' in part) this.#left = joined(this.#left, part.gap);
    else {
      this.#count -= part.events.length;
      this.#left = joined(this.#left, gapOf(part.events));
    }
  }
}

function gapOf(events: readonly EventLine[]): Gap {
  const times = events.map(({ data }) => data.timestamp).sort();
  const [first, last] = [times[0], times.at(-1)];
  return {
    count: events.length,
    reason: 'slow',
    ...(first !== undefined && last !== undefined && { startTime: first, endTime: last }),
  };
}

function joined(one: Gap | undefined, other: Gap): Gap {
  if (one === undefined) return other;
  const starts = [one.startTime, other.startTime].filter((time) => time !== undefined).sort();
  const ends = [one.endTime, other.endTime].filter((time) => time !== undefined).sort();
  const [start, end] = [starts[0], ends.at(-1)];
  return {
    count: one.count + other.count,
    reason: one.reason,
    ...(start !== undefined && { startTime: start }),
    ...(end !== undefined && { endTime: end }),
  };
}
