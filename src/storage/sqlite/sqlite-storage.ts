import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { TelemetryData } from '../../model/data.js';
import { StorageError, TelemetryError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { checkOptions, oneOf, type Rule, TEXT } from '../../model/options.js';
import { isBounded, type ResolvedQuery, type TelemetryQuery, wrongCursor } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { type Page, retrievePages, scanPages } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { realPath } from '../real-path.js';
import { itemOfRow, type Row, rowsOf } from '../sql/columns.js';
import {
  type DatabaseRetentionOptions,
  DEFAULT_TABLE_PREFIX,
  RETENTION,
  RetentionTimer,
  TABLE_PREFIX,
} from '../sql/options.js';
import { inTransaction, openSqlite, type SqliteDatabase } from './driver.js';
import { Inserts } from './insert.js';
import { migrate } from './schema.js';
import { boundsOf, conditionsOf, isIndexed, pageOf } from './select.js';

/** Settings of a {@link SqliteStorage}. */
export interface SqliteStorageOptions {
  /** The database's file; it and its missing folders are made when something is stored or asked for. */
  readonly path: string;
  /** What stays; default: everything. */
  readonly retention?: DatabaseRetentionOptions | undefined;
  /** What the names of tables begin with; default `rimp_`. */
  readonly tablePrefix?: string | undefined;
  /**
   * What is certain when `store` resolves: `'os'`, the items are with the operating system and outlive the process;
   * `'fsync'`, they are on the disk and outlive a power cut. Default `'os'`.
   */
  readonly durability?: 'os' | 'fsync' | undefined;
}

const WHO = 'SqliteStorage';
const RULES: Readonly<Record<keyof SqliteStorageOptions, Rule>> = {
  path: TEXT,
  retention: RETENTION,
  tablePrefix: TABLE_PREFIX,
  durability: oneOf('os', 'fsync'),
};
/** How long another process that writes is waited for, in milliseconds; after that the sink's queue tries again. */
const BUSY_MILLIS = 500;
/** Rows that are read between two turns of the event loop. */
const PAGE_ROWS = 500;
/** Rows that leave at once. */
const LEAVING_ROWS = 5_000;

interface Open {
  readonly database: SqliteDatabase;
  readonly inserts: Inserts;
}

/** Keeps items in an SQLite database, one row each; an item that is there already, by its id, is not stored again. */
export class SqliteStorage implements TelemetryStorage {
  /** The file's absolute path. */
  readonly path: string;
  readonly location: string;
  readonly #options: SqliteStorageOptions;
  readonly #prefix: string;
  readonly #table: string;
  readonly #timer: RetentionTimer;
  #open: Open | undefined;
  #closed = false;
  #evicted = 0;
  #duplicates = 0;

  /**
   * @param options - the path, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where an option is misspelt or wrong.
   */
  constructor(options: string | SqliteStorageOptions) {
    const given: SqliteStorageOptions = typeof options === 'string' ? { path: options } : options;
    checkOptions(WHO, { ...given, path: given?.path ?? null }, RULES);
    this.path = resolve(given.path);
    this.#options = given;
    this.#prefix = given.tablePrefix ?? DEFAULT_TABLE_PREFIX;
    this.#table = `${this.#prefix}items`;
    this.#timer = new RetentionTimer(given.retention ?? {});
    this.location = `sqlite:${realPath(this.path)}#${this.#prefix}`;
  }

  /** Items that retention removed, so far. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Items that were there already, by their ids, so far. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /**
   * Stores a batch in one transaction before it returns.
   *
   * @throws StorageError where it can't: then nothing of the batch is stored.
   */
  storeSync(data: TelemetryData): void {
    this.#storeAll([data]);
  }

  async store(data: TelemetryData): Promise<void> {
    this.#storeAll([data]);
  }

  /** Stores several batches in one transaction. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    this.#storeAll(batches);
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#pages(resolved));
  }

  async clear(): Promise<void> {
    this.#ready().database.exec(`DELETE FROM "${this.#table}"`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#open?.database.close();
    this.#open = undefined;
  }

  #storeAll(batches: readonly TelemetryData[]): void {
    let bad = 0;
    let size = 0;
    let duplicates = 0;
    this.#attempt('be written', ({ database, inserts }) => {
      inTransaction(database, () => {
        for (const data of batches) {
          const rows = rowsOf([...data.events, ...data.metrics]);
          const added = inserts.events.run(rows.events) + inserts.metrics.run(rows.metrics);
          duplicates += rows.events.length + rows.metrics.length - added;
          bad += rows.bad;
          size += data.size;
        }
        if (this.#options.retention !== undefined && this.#timer.isDue(size)) this.#retire(database);
      });
    });
    this.#duplicates += duplicates;
    if (bad > 0) {
      throw new StorageError(`${WHO}: ${bad} of ${size} items hold what JSON can't`, {
        permanent: true,
        dropped: { not_serializable: bad },
      });
    }
  }

  #retire(database: SqliteDatabase): void {
    const { maxItems, maxAgeSeconds } = this.#options.retention ?? {};
    const remove = (rows: string, cell: number): void => {
      const sql = `DELETE FROM "${this.#table}" WHERE seq IN (SELECT seq FROM "${this.#table}" WHERE ${rows} ORDER BY seq LIMIT ${LEAVING_ROWS})`;
      const statement = database.prepare(sql);
      for (;;) {
        const gone = Number(statement.run(cell).changes);
        this.#evicted += gone;
        if (gone < LEAVING_ROWS) return;
      }
    };
    if (maxAgeSeconds !== undefined) remove('time_ms < ?', Date.now() - maxAgeSeconds * 1000);
    if (maxItems !== undefined)
      remove(`seq <= (SELECT seq FROM "${this.#table}" ORDER BY seq DESC LIMIT 1 OFFSET ?)`, maxItems);
  }

  async *#pages(query: ResolvedQuery): AsyncGenerator<Page, void, undefined> {
    const after = query.after === undefined ? undefined : Number(query.after);
    if (after !== undefined && !Number.isSafeInteger(after)) throw wrongCursor(WHO, query.after as string);
    const matches = matcherOf(query);
    const range = this.#attempt('be read', ({ database }) => this.#rangeOf(database, query));
    if (range === undefined) return;
    let { first, last } = range;
    if (after !== undefined && query.descending) last = Math.min(last, after - 1);
    else if (after !== undefined) first = Math.max(first, after + 1);
    const conditions = conditionsOf(query);
    const sql = pageOf(this.#table, conditions, query.descending);
    while (first <= last) {
      const rows = this.#attempt('be read', ({ database }) =>
        database.prepare(sql).all(first, last, ...conditions.cells, PAGE_ROWS),
      ) as (Row & { readonly seq: number })[];
      const items: TelemetryItem[] = [];
      const numbers: number[] = [];
      for (const row of rows) {
        const item = itemOfRow(row);
        if (!matches(item)) continue;
        items.push(item);
        numbers.push(row.seq);
      }
      if (items.length > 0) yield { items, cursorAt: (index) => String(numbers[index]) };
      if (rows.length < PAGE_ROWS) return;
      const reached = (rows.at(-1) as { readonly seq: number }).seq;
      if (query.descending) last = reached - 1;
      else first = reached + 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The numbers of the rows that may match; `undefined` where there are none. */
  #rangeOf(database: SqliteDatabase, query: ResolvedQuery): { first: number; last: number } | undefined {
    if (!(query.events || query.metrics)) return undefined;
    if (!isBounded(query) || isIndexed(query)) return { first: 0, last: Number.MAX_SAFE_INTEGER };
    const { sql, cells } = boundsOf(this.#table, query);
    const [row] = database.prepare(sql).all(...cells) as { readonly first: number | null; readonly last: number }[];
    return row === undefined || row.first === null ? undefined : { first: row.first, last: row.last };
  }

  #attempt<T>(what: string, work: (open: Open) => T): T {
    try {
      return work(this.#ready());
    } catch (error) {
      if (error instanceof TelemetryError) throw error;
      throw new StorageError(`${WHO}: ${this.path} can't ${what}: ${toError(error).message}`, { cause: error });
    }
  }

  #ready(): Open {
    if (this.#closed)
      throw Object.assign(new TelemetryError('RIMP_CLOSED', `${WHO}: ${this.path} was closed`), { permanent: true });
    if (this.#open !== undefined) return this.#open;
    mkdirSync(dirname(this.path), { recursive: true });
    const database = openSqlite(this.path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MILLIS}`);
      // readers don't wait for writers, nor writers for readers
      database.exec('PRAGMA journal_mode = WAL');
      // of the write-ahead log: with NORMAL it outlives the process, with FULL a power cut as well
      database.exec(`PRAGMA synchronous = ${this.#options.durability === 'fsync' ? 'FULL' : 'NORMAL'}`);
      migrate(database, this.#prefix, this.path);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#open = { database, inserts: new Inserts(database, this.#table) };
    return this.#open;
  }
}
