import { type Cell, EVENT_COLUMNS, METRIC_COLUMNS } from '../sql/columns.js';
import type { SqliteDatabase, SqliteStatement } from './driver.js';

/** Rows of one statement: fewer calls into the database, as long as there are many. */
const ROWS = 32;

/** Prepared statements that add rows of one kind; rows whose id is there already are left as they are. */
class Insert {
  readonly #database: SqliteDatabase;
  readonly #head: string;
  readonly #row: string;
  #one: SqliteStatement | undefined;
  #many: SqliteStatement | undefined;

  constructor(database: SqliteDatabase, table: string, columns: readonly string[]) {
    this.#database = database;
    this.#head = `INSERT INTO "${table}" (${columns.join(', ')}) VALUES `;
    this.#row = `(${columns.map(() => '?').join(', ')})`;
  }

  /** @returns how many rows were added. */
  run(rows: readonly (readonly Cell[])[]): number {
    let added = 0;
    let next = 0;
    for (; next + ROWS <= rows.length; next += ROWS) {
      this.#many ??= this.#prepare(ROWS);
      added += Number(this.#many.run(...rows.slice(next, next + ROWS).flat()).changes);
    }
    for (; next < rows.length; next += 1) {
      this.#one ??= this.#prepare(1);
      added += Number(this.#one.run(...(rows[next] as readonly Cell[])).changes);
    }
    return added;
  }

  #prepare(rows: number): SqliteStatement {
    const values = Array.from({ length: rows }, () => this.#row).join(', ');
    return this.#database.prepare(`${this.#head}${values} ON CONFLICT DO NOTHING`);
  }
}

/** Adds rows of both kinds. */
export class Inserts {
  readonly events: Insert;
  readonly metrics: Insert;

  constructor(database: SqliteDatabase, table: string) {
    this.events = new Insert(database, table, EVENT_COLUMNS);
    this.metrics = new Insert(database, table, METRIC_COLUMNS);
  }
}
