import type { TelemetryData } from '../../model/data.js';
import { closedError, StorageError, TelemetryError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { isBounded, type ResolvedQuery, type TelemetryQuery, wrongCursor } from '../../model/query.js';
import { fixedCursor, type Page, retrievePages, scanPages } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { type Cell, itemOfRow, type Row, type TextRule, UNICODE } from './columns.js';
import type { SqlDialect, SqlDriver } from './dialect.js';
import { insertRows, piecesOf } from './insert.js';
import { checkSchema, migrate } from './migrate.js';
import { DEFAULT_TABLE_PREFIX, type SqliteRetentionOptions } from './options.js';
import { RetentionTimer, retire } from './retention.js';
import { boundsOf, conditionsOf, pageOf } from './select.js';
import { read, type Work, write } from './work.js';

/** What an engine is made of. */
export interface SqlParts {
  /** The class, as errors name it. */
  readonly who: string;
  /** What is stored to, without the tables' prefix. */
  readonly place: string;
  readonly dialect: SqlDialect;
  readonly driver: SqlDriver;
  readonly retention: SqliteRetentionOptions | undefined;
  readonly tablePrefix: string | undefined;
  readonly readOnly: boolean | undefined;
}

/** What a storage in a database does: the same for every dialect. */
export class SqlEngine {
  readonly location: string;
  readonly #parts: SqlParts;
  readonly #prefix: string;
  readonly #table: string;
  readonly #timer: RetentionTimer;
  #rule: TextRule = UNICODE;
  /** The generation of the driver whose schema is the present one. */
  #migrated: number | undefined;
  #closed = false;
  #evicted = 0;
  #duplicates = 0;

  constructor(parts: SqlParts) {
    this.#parts = parts;
    this.#prefix = parts.tablePrefix ?? DEFAULT_TABLE_PREFIX;
    this.#table = `${this.#prefix}items`;
    this.#timer = new RetentionTimer(parts.retention ?? {});
    this.location = `${parts.place}#${this.#prefix}`;
  }

  /** Items that retention removed, so far. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Items that were there already, by their ids, so far. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Stores several batches together. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    await this.#attempt('be written', () => this.#storeAll(batches), true);
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(this.#parts.who, query, (resolved) => this.#pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(this.#parts.who, query, (resolved) => this.#pages(resolved));
  }

  async clear(): Promise<void> {
    const table = this.#table;
    const work = function* (): Work<void> {
      yield write(`DELETE FROM "${table}"`);
    };
    await this.#attempt('be emptied', work, true);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#parts.driver.close();
  }

  /** Stores a batch before it returns, given a driver that answers at once; throws as {@link storeMany} rejects. */
  storeNow(data: TelemetryData): void {
    // a driver that answers at once throws at once
    void this.#attempt('be written', () => this.#storeAll([data]), true);
  }

  /** Does work on the present schema; throws or rejects with what the error means, as the driver answers. */
  #attempt<T>(what: string, work: () => Work<T>, writes: boolean): T | Promise<T> {
    const { who, driver, readOnly } = this.#parts;
    if (writes && readOnly === true)
      throw new StorageError(`${who}: ${driver.shownAs} can't ${what}: it was opened with readOnly`, {
        permanent: true,
        concerns: 'storage',
      });
    if (this.#closed) throw closedError(`${who}: ${driver.shownAs} was closed`);
    try {
      const result = driver.run(() => this.#onSchema(work), writes);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw this.#errorOf(what, error);
      });
    } catch (error) {
      throw this.#errorOf(what, error);
    }
  }

  #errorOf(what: string, error: unknown): unknown {
    const { who, driver, dialect } = this.#parts;
    if (error instanceof TelemetryError) return error;
    // the tables were dropped: they are made again
    if (dialect.isSchemaGone(error)) this.#migrated = undefined;
    const kind = dialect.kindOf(error);
    return new StorageError(`${who}: ${driver.shownAs} can't ${what}: ${messageOf(error)}`, {
      cause: error,
      permanent: kind === 'item',
      ...(kind === 'storage' && { concerns: 'storage' }),
    });
  }

  *#onSchema<T>(work: () => Work<T>): Work<T> {
    const { who, dialect, driver, readOnly } = this.#parts;
    const { generation } = driver;
    if (this.#migrated !== generation) {
      yield* (readOnly === true ? checkSchema : migrate)(dialect, who, this.#prefix, driver.shownAs);
      this.#rule = yield* dialect.textRule();
      this.#migrated = generation;
    }
    return yield* work();
  }

  *#storeAll(batches: readonly TelemetryData[]): Work<void> {
    const { who, dialect, retention } = this.#parts;
    const rows: Cell[][] = [];
    let bad = 0;
    for (const { events, metrics } of batches) {
      for (const items of [events, metrics]) {
        for (const item of items) {
          try {
            rows.push(dialect.rowOf(item, this.#rule));
          } catch {
            bad += 1;
          }
        }
      }
    }
    let refused = 0;
    let first: unknown;
    for (const piece of piecesOf(rows, dialect.insertRows)) {
      const result = yield* insertRows(dialect, this.#prefix, piece);
      this.#duplicates += piece.length - result.added - result.refused;
      refused += result.refused;
      first ??= result.error;
    }
    if (retention !== undefined && this.#timer.isDue(rows.length)) {
      const { usedBytes } = dialect;
      yield* retire({ table: this.#table, retention, usedBytes }, (gone) => {
        this.#evicted += gone;
      });
    }
    if (bad + refused === 0) return;
    const why = first === undefined ? '' : `: ${messageOf(first)}`;
    throw new StorageError(`${who}: ${bad} items hold what JSON can't, ${refused} were refused by the database${why}`, {
      permanent: true,
      dropped: { not_serializable: bad, refused },
      cause: first,
    });
  }

  async *#pages(query: ResolvedQuery): AsyncGenerator<Page, void, undefined> {
    const { who, dialect, driver } = this.#parts;
    if (query.after !== undefined && !/^\d{1,15}$/.test(query.after)) throw wrongCursor(who, query.after);
    const after = query.after === undefined ? undefined : Number(query.after);
    const matches = matcherOf(query);
    let { first, last } = await this.#attempt('be read', () => this.#rangeOf(query), false);
    if (after !== undefined && query.descending) last = Math.min(last, after - 1);
    else if (after !== undefined) first = Math.max(first, after + 1);
    const conditions = conditionsOf(dialect, query, this.#rule);
    const sql = pageOf(dialect, this.#table, conditions.sql, query.descending);
    const size = Math.min(dialect.pageRows, query.limit + 10);
    while (first <= last) {
      const page = read(sql, [first, last, ...conditions.cells, size]);
      const rows = (await this.#attempt(
        'be read',
        function* () {
          return (yield page).rows;
        },
        false,
      )) as (Row & { readonly seq: number | string })[];
      const items: TelemetryItem[] = [];
      const numbers: string[] = [];
      for (const row of rows) {
        const item = itemOfRow(row);
        if (!matches(item)) continue;
        items.push(item);
        numbers.push(String(row.seq));
      }
      if (items.length > 0) yield { items, cursorAt: (index) => fixedCursor(numbers[index] as string) };
      if (rows.length < size) return;
      const reached = Number(rows.at(-1)?.seq);
      if (query.descending) last = reached - 1;
      else first = reached + 1;
      await driver.breathe();
    }
  }

  /** The numbers of the rows that may match. */
  *#rangeOf(query: ResolvedQuery): Work<{ first: number; last: number }> {
    const { dialect } = this.#parts;
    const none = { first: 0, last: -1 };
    if (!(query.events || query.metrics)) return none;
    if (!isBounded(query) || dialect.isIndexed(query, this.#rule)) return { first: 0, last: Number.MAX_SAFE_INTEGER };
    const { sql, cells } = boundsOf(dialect, this.#table, query);
    const { rows } = yield read(sql, cells);
    const [row] = rows as { readonly first: number | string | null; readonly last: number | string }[];
    return row === undefined || row.first === null ? none : { first: Number(row.first), last: Number(row.last) };
  }
}

/** Errors of connecting to several addresses have a text of their own only in their parts. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one) => toError(one).message).join('; ');
  return toError(error).message;
}
