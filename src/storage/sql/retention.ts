import type { DatabaseRetentionOptions } from './options.js';
import { type Work, write } from './work.js';

/** Rows that leave at once. */
const LEAVING_ROWS = 5_000;
/** Items that are stored before retention is looked at again, and the longest time until then, in milliseconds. */
const CHECK_ITEMS = 10_000;
const CHECK_MILLIS = 10_000;

/** When it is time to look whether something has to leave. */
export class RetentionTimer {
  #stored = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  readonly #everyItems: number;

  constructor(options: DatabaseRetentionOptions) {
    this.#everyItems = Math.max(1, Math.min(CHECK_ITEMS, Math.floor((options.maxItems ?? CHECK_ITEMS) / 10)));
  }

  /** Whether it is time, now that some more items are stored. */
  isDue(items: number): boolean {
    this.#stored += items;
    const now = Date.now();
    if (this.#stored < this.#everyItems && now - this.#checkedAt < CHECK_MILLIS) return false;
    this.#stored = 0;
    this.#checkedAt = now;
    return true;
  }
}

/** Removes what is too old or too much. */
export function* retire(
  table: string,
  { maxItems, maxAgeSeconds }: DatabaseRetentionOptions,
  onGone: (rows: number) => void,
): Work<void> {
  const leaving: [rows: string, cell: number][] = [];
  if (maxAgeSeconds !== undefined) leaving.push(['time_ms < ?', Math.floor(Date.now() - maxAgeSeconds * 1000)]);
  if (maxItems !== undefined)
    leaving.push([`seq <= (SELECT seq FROM "${table}" ORDER BY seq DESC LIMIT 1 OFFSET ?)`, maxItems]);
  for (const [rows, cell] of leaving) {
    const sql = `DELETE FROM "${table}" WHERE seq IN (SELECT seq FROM "${table}" WHERE ${rows} ORDER BY seq LIMIT ${LEAVING_ROWS})`;
    for (let gone = LEAVING_ROWS; gone === LEAVING_ROWS; ) {
      gone = (yield write(sql, [cell])).changes;
      onGone(gone);
    }
  }
}
