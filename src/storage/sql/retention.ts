import type { DatabaseRetentionOptions, SqliteRetentionOptions } from './options.js';
import { read, type Work, write } from './work.js';

/** Rows that leave at once. */
const LEAVING_ROWS = 5_000;
/** The same if bytes are counted: not many more than have to. */
const LEAVING_FOR_BYTES = 500;
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

/** What retention is to know of a table. */
export interface Retired {
  readonly table: string;
  readonly retention: SqliteRetentionOptions;
  /** See `SqlDialect.usedBytes`. */
  readonly usedBytes: string | undefined;
}

/** Removes what is too old or too much. */
export function* retire({ table, retention, usedBytes }: Retired, onGone: (rows: number) => void): Work<void> {
  const { maxItems, maxAgeSeconds, maxTotalBytes } = retention;
  const leaving: [rows: string, cell: number][] = [];
  if (maxAgeSeconds !== undefined) leaving.push(['time_ms < ?', Math.floor(Date.now() - maxAgeSeconds * 1000)]);
  if (maxItems !== undefined)
    leaving.push([`seq <= (SELECT seq FROM "${table}" ORDER BY seq DESC LIMIT 1 OFFSET ?)`, maxItems]);
  for (const [rows, cell] of leaving) {
    for (let gone = LEAVING_ROWS; gone === LEAVING_ROWS; ) {
      gone = (yield write(deletion(table, rows, LEAVING_ROWS), [cell])).changes;
      onGone(gone);
    }
  }
  if (maxTotalBytes === undefined || usedBytes === undefined) return;
  for (let gone = LEAVING_FOR_BYTES; gone > 0; ) {
    const [row] = (yield read(usedBytes)).rows as { readonly bytes: number | bigint }[];
    if (Number(row?.bytes ?? 0) <= maxTotalBytes) return;
    gone = (yield write(deletion(table, 'seq >= ?', LEAVING_FOR_BYTES), [0])).changes;
    onGone(gone);
  }
}

function deletion(table: string, rows: string, limit: number): string {
  return `DELETE FROM "${table}" WHERE seq IN (SELECT seq FROM "${table}" WHERE ${rows} ORDER BY seq LIMIT ${limit})`;
}
