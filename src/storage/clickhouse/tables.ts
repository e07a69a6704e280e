import { StorageError } from '../../model/errors.js';
import { TABLES, type Table } from './columns.js';
import type { Connection, Parameters } from './connection.js';
import { createStatements, SEQ_INDEX, type TableOptions } from './schema.js';

/** The names of all tables as parameters. */
const NAMES = TABLES.map((_table, i) => `{t${i}:String}`).join(', ');

/** The tables of a storage, as they are on the server. */
export class Tables {
  readonly #connection: Connection;
  readonly #options: TableOptions;
  readonly #who: string;
  /** Columns by table, as soon as all tables are known to be there; {@link SEQ_INDEX} among them if it has that. */
  #known: ReadonlyMap<Table, ReadonlySet<string>> | undefined;

  constructor(connection: Connection, options: TableOptions, who: string) {
    this.#connection = connection;
    this.#options = options;
    this.#who = who;
  }

  /** Columns of the tables that are there: a reader makes none. */
  async there(): Promise<ReadonlyMap<Table, ReadonlySet<string>>> {
    if (this.#known !== undefined) return this.#known;
    const found = await this.#look();
    if (found.size === TABLES.length) this.#known = found;
    return found;
  }

  /** How many rows the tables have, as far as the server knows that without counting. */
  async rows(): Promise<ReadonlyMap<Table, number>> {
    const { prefix } = this.#options;
    const found = new Map<Table, number>();
    const rows = this.#connection.query(
      `SELECT name, toString(total_rows) FROM system.tables WHERE database = {database:String} AND name IN (${NAMES}) AND engine LIKE '%MergeTree' AND total_rows IS NOT NULL`,
      this.#parameters(),
    );
    for await (const [name, count] of rows as AsyncIterable<readonly [string, string]>)
      found.set(name.slice(prefix.length) as Table, Number(count));
    return found;
  }

  /** Columns of all tables; those that are missing are made. */
  async ensure(): Promise<ReadonlyMap<Table, ReadonlySet<string>>> {
    const found = await this.there();
    if (found.size === TABLES.length) return found;
    const missing = TABLES.filter((table) => !found.has(table));
    const statements = new Set(missing.flatMap((table) => createStatements(this.#options, table)));
    for (const statement of statements) await this.#connection.command(statement);
    this.#known = await this.#look();
    return this.#known;
  }

  /** Somebody dropped a table: they are looked for again. */
  forget(): void {
    this.#known = undefined;
  }

  #parameters(): Parameters {
    const { database, prefix } = this.#options;
    return { database, ...Object.fromEntries(TABLES.map((table, i) => [`t${i}`, `${prefix}${table}`])) };
  }

  async #look(): Promise<ReadonlyMap<Table, ReadonlySet<string>>> {
    const { database, prefix } = this.#options;
    const found = new Map<Table, Set<string>>();
    // in a cluster the index is that of the tables behind
    const indexed = "replaceRegexpOne(table, '_local$', '')";
    const rows = this.#connection.query(
      `SELECT table, name, type FROM system.columns WHERE database = {database:String} AND table IN (${NAMES}) UNION ALL SELECT ${indexed}, name, '' FROM system.data_skipping_indices WHERE database = {database:String} AND name = '${SEQ_INDEX}' AND ${indexed} IN (${NAMES})`,
      this.#parameters(),
    );
    for await (const [name, column, type] of rows as AsyncIterable<readonly [string, string, string]>) {
      const table = name.slice(prefix.length) as Table;
      if (column.endsWith('Attributes') && !column.includes('.') && !type.startsWith('Map('))
        throw new StorageError(
          `${this.#who}: expected column ${column} of table ${database}.${name} to be a Map, it is ${type}: set "tablePrefix" to have tables of its own`,
          { concerns: 'storage' },
        );
      const columns = found.get(table);
      if (columns === undefined) found.set(table, new Set([column]));
      else columns.add(column);
    }
    return found;
  }
}
