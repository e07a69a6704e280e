import type { Cell } from './columns.js';
import type { SqlDialect } from './dialect.js';
import { inTransaction, type Work } from './work.js';

/** Characters of the texts that one transaction adds: a database takes no message of any length. */
const INSERT_CHARACTERS = 16 * 1024 * 1024;

/** What became of rows. */
export interface Added {
  readonly added: number;
  /** Rows that the database refuses for what they hold. */
  readonly refused: number;
  /** The first refusal. */
  readonly error?: unknown;
}

/** Rows in pieces that one transaction takes. */
export function* piecesOf(rows: readonly Cell[][], maxRows: number): Generator<Cell[][]> {
  let piece: Cell[][] = [];
  let characters = 0;
  for (const row of rows) {
    piece.push(row);
    for (const cell of row) if (typeof cell === 'string') characters += cell.length;
    if (piece.length < maxRows && characters < INSERT_CHARACTERS) continue;
    yield piece;
    piece = [];
    characters = 0;
  }
  if (piece.length > 0) yield piece;
}

/** Adds rows in one transaction, in halves if the database refuses one for what it holds: it alone is left out. */
export function* insertRows(dialect: SqlDialect, prefix: string, rows: readonly (readonly Cell[])[]): Work<Added> {
  try {
    const added = yield* inTransaction(dialect.begin(prefix), function* () {
      let count = 0;
      for (const statement of dialect.insert(`${prefix}items`, rows)) count += (yield statement).changes;
      return count;
    });
    return { added, refused: 0 };
  } catch (error) {
    if (dialect.kindOf(error) !== 'item') throw error;
    if (rows.length === 1) return { added: 0, refused: 1, error };
    const half = Math.ceil(rows.length / 2);
    const one = yield* insertRows(dialect, prefix, rows.slice(0, half));
    const other = yield* insertRows(dialect, prefix, rows.slice(half));
    return { added: one.added + other.added, refused: one.refused + other.refused, error: one.error ?? other.error };
  }
}
