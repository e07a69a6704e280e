import type { EventLine, Gap } from '../../api-types.js';

/** An event of the list. */
export interface EventRow {
  readonly kind: 'event';
  /** Stays the same while the row is in the list. */
  readonly key: number;
  readonly event: EventLine;
  /** Its size in memory, roughly, in characters. */
  readonly size: number;
}

/** Events that are missing at this place of the list. */
export interface GapRow {
  readonly kind: 'gap';
  readonly key: number;
  readonly gap: Gap;
  readonly size: number;
}

export type Row = EventRow | GapRow;

/** How much an {@link EventList} holds. */
export interface EventListLimits {
  readonly rows: number;
  /** Characters of all rows together. */
  readonly size: number;
}

const LIMITS: EventListLimits = { rows: 100_000, size: 150_000_000 };
/** Rows at the head that may be gone before the array is cut. */
const SLACK = 20_000;
const GAP_SIZE = 100;
const EVENT_SIZE = 500;

/**
 * Events in the order in which they came, the first one first, each once, and gaps among them. It is bounded: the oldest rows leave
 * for new ones, and are counted.
 */
export class EventList {
  readonly limits: EventListLimits;
  #rows: Row[] = [];
  #head = 0;
  #nextKey = 0;
  #size = 0;
  #dropped = 0;
  #shift = 0;
  #gaps = 0;
  readonly #ids = new Set<string>();

  constructor(limits: EventListLimits = LIMITS) {
    this.limits = limits;
  }

  get length(): number {
    return this.#rows.length - this.#head;
  }

  /** Rows that are events, and no gaps. */
  get events(): number {
    return this.length - this.#gaps;
  }

  /** Rows that have left because the list was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether nothing older may be put before the first row. */
  get isFull(): boolean {
    return this.length >= this.limits.rows || this.#size >= this.limits.size;
  }

  at(index: number): Row | undefined {
    return index < 0 ? undefined : this.#rows[this.#head + index];
  }

  /** How many rows came before the first one since the last call; negative if more have left there. */
  takeShift(): number {
    const shift = this.#shift;
    this.#shift = 0;
    return shift;
  }

  clear(): void {
    this.#rows = [];
    this.#head = 0;
    this.#size = 0;
    this.#dropped = 0;
    this.#shift = 0;
    this.#gaps = 0;
    this.#ids.clear();
  }

  /**
   * Adds events at the end, as they come; those that are there already are left out.
   *
   * @param eventSize - the size of one of them, in characters.
   * @returns how many were added.
   */
  append(events: readonly EventLine[], eventSize = EVENT_SIZE): number {
    const rows = this.#newRows(events, eventSize);
    for (const row of rows) this.#rows.push(row);
    this.#trim();
    return rows.length;
  }

  appendGap(gap: Gap): void {
    this.#rows.push(this.#gapRow(gap));
    this.#trim();
  }

  /** Puts older events, the oldest first, before the first row, as far as there is room: the newest of them. */
  prepend(events: readonly EventLine[], eventSize = EVENT_SIZE): number {
    const room = Math.max(0, Math.min(this.limits.rows - this.length, (this.limits.size - this.#size) / eventSize));
    const fresh = events.filter(({ data }) => !this.#ids.has(data.event_id));
    const rows = this.#newRows(fresh.slice(Math.max(0, fresh.length - Math.floor(room))), eventSize);
    this.#rows = [...rows, ...this.#rows.slice(this.#head)];
    this.#head = 0;
    this.#shift += rows.length;
    return rows.length;
  }

  /** Puts events in the place of a gap, and what is left of the gap behind them. */
  fillGap(key: number, events: readonly EventLine[], rest?: Gap): number {
    const index = this.#rows.findIndex((row, at) => at >= this.#head && row.key === key);
    if (index < 0) return 0;
    const rows = this.#newRows(events, EVENT_SIZE);
    const filling: Row[] = rest === undefined ? rows : [...rows, this.#gapRow(rest)];
    this.#rows = [...this.#rows.slice(this.#head, index), ...filling, ...this.#rows.slice(index + 1)];
    this.#head = 0;
    this.#size -= GAP_SIZE;
    this.#gaps -= 1;
    this.#trim();
    return rows.length;
  }

  /** The index of an event; -1 if it isn't there. */
  indexOf(eventId: string): number {
    if (!this.#ids.has(eventId)) return -1;
    const index = this.#rows.findLastIndex((row) => row.kind === 'event' && row.event.data.event_id === eventId);
    return index < this.#head ? -1 : index - this.#head;
  }

  /** The index of the next event in a direction that a test takes; -1 if there is none. */
  find(from: number, direction: 1 | -1, test: (event: EventLine) => boolean): number {
    for (let index = from; index >= 0 && index < this.length; index += direction) {
      const row = this.at(index);
      if (row?.kind === 'event' && test(row.event)) return index;
    }
    return -1;
  }

  #newRows(events: readonly EventLine[], size: number): EventRow[] {
    const rows: EventRow[] = [];
    for (const event of events) {
      const id = event.data.event_id;
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      this.#size += size;
      rows.push({ kind: 'event', key: this.#nextKey++, event, size });
    }
    return rows;
  }

  #gapRow(gap: Gap): GapRow {
    this.#size += GAP_SIZE;
    this.#gaps += 1;
    return { kind: 'gap', key: this.#nextKey++, gap, size: GAP_SIZE };
  }

  #trim(): void {
    let gone = 0;
    while (this.length > this.limits.rows || (this.#size > this.limits.size && this.length > 1)) {
      const row = this.#rows[this.#head] as Row;
      if (row.kind === 'event') this.#ids.delete(row.event.data.event_id);
      else this.#gaps -= 1;
      this.#size -= row.size;
      this.#head += 1;
      gone += 1;
    }
    this.#dropped += gone;
    this.#shift -= gone;
    if (this.#head > SLACK) {
      this.#rows = this.#rows.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** Whether an event is an error, by its type or its severity number. */
export function isError({ data, otel }: EventLine): boolean {
  return data.event_type === 'error' || (otel?.severityNumber ?? 0) >= 17;
}
