import type { TelemetryItem } from '../../model/item.js';
import type { ResolvedQuery } from '../../model/query.js';
import type { FailureKind } from '../../pipeline/sink-failure.js';
import type { Cell, TextRule } from './columns.js';
import type { Statement, Work } from './work.js';

/** A condition with a `?` for each of its cells. */
export interface Condition {
  readonly sql: string;
  readonly cells: readonly unknown[];
}

/** What one database says differently from others. A further database is one of these, and a {@link SqlDriver}. */
export interface SqlDialect {
  /**
   * What leads from one version of the schema to the next; a database begins at version 0. Entries are added, never
   * changed. `"P` stands for the table prefix behind its quote.
   */
  readonly migrations: readonly string[];
  /** Rows that are read at once, and that one transaction adds. */
  readonly pageRows: number;
  readonly insertRows: number;
  /** Begins a transaction in which nobody else writes to the tables with the prefix. */
  begin(prefix: string): readonly Statement[];
  /** Looks which texts the database can hold. */
  textRule(): Work<TextRule>;
  /** @throws TypeError if the item holds what JSON can't. */
  rowOf(item: TelemetryItem, rule: TextRule): Cell[];
  /** Adds rows; those whose id is there already are left as they are. */
  insert(table: string, rows: readonly (readonly Cell[])[]): Iterable<Statement>;
  /** A column as it is selected. */
  selected(column: string): string;
  /** A column in a condition that is not to choose the index by which rows are read. */
  unindexed(column: string): string;
  /** A condition for a text within a column. */
  contains(column: string): string;
  /** Conditions for a map in a column that has at least these entries. */
  has(column: string, map: object, rule: TextRule): Condition[];
  /** Whether another index than that of times narrows the rows down. */
  isIndexed(query: ResolvedQuery, rule: TextRule): boolean;
  /** What a look for the first and the last row of some times has behind the table's name. */
  readonly timeIndex: (table: string) => string;
  /** Reads a row if there is a table of a name. */
  readonly tableNamed: string;
  /** Reads how many `bytes` the database uses; absent if that can't be known. */
  readonly usedBytes?: string;
  /** What an error of the driver's means. */
  kindOf(error: unknown): FailureKind;
  /** Whether an error says that the tables are not there. */
  isSchemaGone(error: unknown): boolean;
}

/** A connection, or several, to one database. */
export interface SqlDriver {
  /** Another number whenever the database may be another one: its schema is looked at again. */
  readonly generation: number;
  /** How errors name the database: without credentials. */
  readonly shownAs: string;
  /**
   * Does work on one connection; a database that answers at once has done it when this returns.
   *
   * @param writes - whether the work has to be found by others afterwards.
   */
  run<T>(work: () => Work<T>, writes: boolean): T | Promise<T>;
  /** Gives others their turn between two pages. */
  breathe(): Promise<void>;
  close(): Promise<void>;
}
