import { diag } from '@opentelemetry/api';
import type { TelemetryData } from '../../model/data.js';
import { StorageError, TelemetryError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { ANY_OBJECT, checkOptions, type Rule } from '../../model/options.js';
import { isBounded, type ResolvedQuery, type TelemetryQuery, wrongCursor } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { inBackground } from '../../runtime/background.js';
import { type Page, retrievePages, scanPages } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { type Cell, itemOfRow, type Row } from '../sql/columns.js';
import {
  type DatabaseRetentionOptions,
  DEFAULT_TABLE_PREFIX,
  RETENTION,
  RetentionTimer,
  TABLE_PREFIX,
} from '../sql/options.js';
import { type Client, inTransaction, makePool, type Pool } from './driver.js';
import { LOCK, migrate } from './schema.js';
import { boundsOf, columnsOf, conditionsOf, insertInto, pageOf, rowOf } from './statements.js';

/** Settings of a {@link PostgresStorage}. */
export interface PostgresStorageOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`; what it leaves open, `PG*` variables say. */
  readonly url: string;
  /** What stays; default: everything. */
  readonly retention?: DatabaseRetentionOptions | undefined;
  /** What the names of tables begin with; default `rimp_`. */
  readonly tablePrefix?: string | undefined;
  /** Settings of `pg`'s pool and connections that count before those of the URL: `ssl`, `password`, `max`, … */
  readonly connection?: Readonly<Record<string, unknown>> | undefined;
}

const WHO = 'PostgresStorage';
const RULES: Readonly<Record<keyof PostgresStorageOptions, Rule>> = {
  url: {
    isRight: (value) => typeof value === 'string' && /^postgres(?:ql)?:\/\//.test(value) && URL.canParse(value),
    expected: 'a URL that begins with postgres://',
  },
  retention: RETENTION,
  tablePrefix: TABLE_PREFIX,
  connection: ANY_OBJECT,
};
/** Rows of one statement. */
const INSERT_ROWS = 5_000;
const PAGE_ROWS = 1_000;
const LEAVING_ROWS = 10_000;
const CONNECTION = {
  max: 3,
  connectionTimeoutMillis: 10_000,
  query_timeout: 60_000,
  keepAlive: true,
  application_name: 'rimp-telemetry',
};

/** Keeps items in PostgreSQL, one row each; an item that is there already, by its id, is not stored again. */
export class PostgresStorage implements TelemetryStorage {
  readonly location: string;
  readonly #options: PostgresStorageOptions;
  readonly #prefix: string;
  readonly #table: string;
  readonly #timer: RetentionTimer;
  #pool: Pool | undefined;
  #migrated: Promise<void> | undefined;
  #closed = false;
  #evicted = 0;
  #duplicates = 0;

  /**
   * @param options - the URL, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where an option is misspelt or wrong.
   */
  constructor(options: string | PostgresStorageOptions) {
    const given: PostgresStorageOptions = typeof options === 'string' ? { url: options } : options;
    checkOptions(WHO, { ...given, url: given?.url ?? null }, RULES);
    this.#options = given;
    this.#prefix = given.tablePrefix ?? DEFAULT_TABLE_PREFIX;
    this.#table = `${this.#prefix}items`;
    this.#timer = new RetentionTimer(given.retention ?? {});
    const { host, pathname, username } = new URL(given.url);
    this.location = `postgres://${username}@${host}${pathname}#${this.#prefix}`;
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
   * Stores a batch in one transaction.
   *
   * @throws StorageError where it can't: then nothing of the batch is stored, unless its `dropped` says otherwise.
   */
  async store(data: TelemetryData): Promise<void> {
    await this.storeMany([data]);
  }

  /** Stores several batches in one transaction. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    const rows: Cell[][] = [];
    let bad = 0;
    for (const { events, metrics } of batches) {
      for (const item of [...events, ...metrics]) {
        try {
          rows.push(rowOf(item));
        } catch {
          bad += 1;
        }
      }
    }
    let refused = 0;
    for (let next = 0; next < rows.length; next += INSERT_ROWS)
      refused += await this.#attempt('be written', (pool) => this.#insert(pool, rows.slice(next, next + INSERT_ROWS)));
    if (this.#options.retention !== undefined && this.#timer.isDue(rows.length))
      await this.#attempt('be written', (pool) => this.#retire(pool));
    if (bad + refused > 0) {
      throw new StorageError(`${WHO}: ${bad} items hold what JSON can't, ${refused} were refused by the database`, {
        permanent: true,
        dropped: { not_serializable: bad, store_failed: refused },
      });
    }
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#pages(resolved));
  }

  async clear(): Promise<void> {
    await this.#attempt('be emptied', (pool) => pool.query(`DELETE FROM "${this.#table}"`));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const pool = this.#pool;
    this.#pool = undefined;
    await inBackground(() => pool?.end());
  }

  /** Adds rows; gives how many of them the database refuses for what they hold. */
  async #insert(pool: Pool, rows: readonly (readonly Cell[])[]): Promise<number> {
    try {
      const added = await inTransaction(pool, async (client: Client) => {
        // numbers are given in the order in which they become visible: who reads on by number misses nothing
        await client.query(LOCK, [this.#prefix]);
        return (await client.query(insertInto(this.#table), columnsOf(rows))).rowCount ?? 0;
      });
      this.#duplicates += rows.length - added;
      return 0;
    } catch (error) {
      // class 22, data exception (SQL standard): one of the rows it is, the others are sound
      if (!String((error as { readonly code?: unknown }).code).startsWith('22')) throw error;
      if (rows.length === 1) return 1;
      const half = Math.ceil(rows.length / 2);
      return (await this.#insert(pool, rows.slice(0, half))) + (await this.#insert(pool, rows.slice(half)));
    }
  }

  async #retire(pool: Pool): Promise<void> {
    const { maxItems, maxAgeSeconds } = this.#options.retention ?? {};
    const remove = async (rows: string, cell: number): Promise<void> => {
      const sql = `DELETE FROM "${this.#table}" WHERE seq IN (SELECT seq FROM "${this.#table}" WHERE ${rows} ORDER BY seq LIMIT ${LEAVING_ROWS})`;
      for (;;) {
        const gone = (await pool.query(sql, [cell])).rowCount ?? 0;
        this.#evicted += gone;
        if (gone < LEAVING_ROWS) return;
      }
    };
    if (maxAgeSeconds !== undefined) await remove('time_ms < $1', Math.floor(Date.now() - maxAgeSeconds * 1000));
    if (maxItems !== undefined)
      await remove(`seq <= (SELECT seq FROM "${this.#table}" ORDER BY seq DESC LIMIT 1 OFFSET $1)`, maxItems);
  }

  async *#pages(query: ResolvedQuery): AsyncGenerator<Page, void, undefined> {
    if (query.after !== undefined && !/^\d{1,18}$/.test(query.after)) throw wrongCursor(WHO, query.after);
    const after = query.after === undefined ? undefined : Number(query.after);
    const matches = matcherOf(query);
    let { first, last } = await this.#attempt('be read', (pool) => this.#rangeOf(pool, query));
    if (after !== undefined && query.descending) last = Math.min(last, after - 1);
    else if (after !== undefined) first = Math.max(first, after + 1);
    const conditions = conditionsOf(query, 4);
    const sql = pageOf(this.#table, conditions.sql, query.descending);
    while (first <= last) {
      const cells = [first, last, Math.min(PAGE_ROWS, query.limit + 10), ...conditions.cells];
      const { rows } = await this.#attempt('be read', (pool) => pool.query<Row & { readonly seq: string }>(sql, cells));
      const items: TelemetryItem[] = [];
      const numbers: string[] = [];
      for (const row of rows) {
        const item = itemOfRow(row);
        if (!matches(item)) continue;
        items.push(item);
        numbers.push(row.seq);
      }
      if (items.length > 0) yield { items, cursorAt: (index) => numbers[index] as string };
      const reached = Number(rows.at(-1)?.seq);
      if (rows.length < (cells[2] as number)) return;
      if (query.descending) last = reached - 1;
      else first = reached + 1;
    }
  }

  /** The numbers of the rows that may match. */
  async #rangeOf(pool: Pool, query: ResolvedQuery): Promise<{ first: number; last: number }> {
    const all = { first: 0, last: Number.MAX_SAFE_INTEGER };
    if (!(query.events || query.metrics)) return { first: 0, last: -1 };
    if (!isBounded(query)) return all;
    const { sql, cells } = boundsOf(this.#table, query);
    const { rows } = await pool.query<{ readonly first: string | null; readonly last: string }>(sql, cells);
    const row = rows[0];
    return row === undefined || row.first === null
      ? { first: 0, last: -1 }
      : { first: Number(row.first), last: Number(row.last) };
  }

  async #attempt<T>(what: string, work: (pool: Pool) => Promise<T>): Promise<T> {
    if (this.#closed)
      throw Object.assign(new TelemetryError('RIMP_CLOSED', `${WHO}: ${this.location} was closed`), {
        permanent: true,
      });
    try {
      return await inBackground(async () => {
        const pool = this.#connect();
        this.#migrated ??= migrate(pool, this.#prefix);
        await this.#migrated.catch((error: unknown) => {
          // the next call tries once more
          this.#migrated = undefined;
          throw error;
        });
        return work(pool);
      });
    } catch (error) {
      if (error instanceof TelemetryError) throw error;
      // the tables were dropped: they are made again
      if ((error as { readonly code?: unknown }).code === '42P01') this.#migrated = undefined;
      throw new StorageError(`${WHO}: ${this.location} can't ${what}: ${messageOf(error)}`, { cause: error });
    }
  }

  #connect(): Pool {
    if (this.#pool === undefined) {
      const { url, connection } = this.#options;
      this.#pool = makePool({ connectionString: url, ...CONNECTION, ...connection });
      // of a connection that nobody uses at the moment: the next one is made when it is needed
      this.#pool.on('error', (error) => diag.debug(`rimp-telemetry: ${WHO}: a connection was lost`, error));
    }
    return this.#pool;
  }
}

/** Errors of connecting to several addresses have a text of their own only in their parts. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one) => toError(one).message).join('; ');
  return toError(error).message;
}
