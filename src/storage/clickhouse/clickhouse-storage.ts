import type { TelemetryData } from '../../model/data.js';
import { closedError, StorageError, TelemetryError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { type ResolvedQuery, type TelemetryQuery, wrongCursor } from '../../model/query.js';
import { showUrl } from '../../model/show-url.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { type Page, retrievePages, scanPages } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { Connection } from './connection.js';
import { EVENT_COLUMNS, type EventRow, eventOfRow } from './event-row.js';
import { isTableGone, kindOf } from './failures.js';
import { merge, type Placed } from './merge.js';
import { METRIC_COLUMNS, type MetricRow, metricOfRow } from './metric-row.js';
import { type ClickHouseStorageOptions, checkClickHouseOptions, WHO } from './options.js';
import { clickHousePlace } from './place.js';
import { type Piece, rowsOf, tokenOf } from './rows.js';
import { TABLES, type Table, type TableOptions, tableName, truncateStatement } from './schema.js';
import { type Position, readColumns, selectOf } from './select.js';
import { Tables } from './tables.js';

const DEFAULT_PREFIX = 'otel_';
/** Rows of a table that one query reads, at most: what a server sorts at once. */
const PAGE_ROWS = 100_000;
/** Items of a page. */
const PAGE_ITEMS = 1_000;
/** Places in the order of arrival that one millisecond has. */
const SEQS_OF_MILLISECOND = 1_000_000;
const CURSOR = /^(\d{1,19})\.(\d)\.(\d{1,20})$/;

/** How far a batch came that may come again. */
interface Progress {
  readonly stored: Set<string>;
  refused: number;
  error: unknown;
}

/**
 * Keeps items in ClickHouse, in the tables of the OpenTelemetry Collector's exporter.
 *
 * It is no dialect of the SQL storage, as that has one table of rows that are numbered by the database and known by their
 * ids: here there is a table for each kind of point, no number, no unique id, and no transaction.
 */
export class ClickHouseStorage implements TelemetryStorage {
  readonly location: string;
  readonly #connection: Connection;
  readonly #options: TableOptions;
  readonly #tables: Tables;
  readonly #shownAs: string;
  readonly #settings: string;
  readonly #progress = new WeakMap<TelemetryData, Progress>();
  #seqMillis = 0;
  #seqRest = 0;
  #closed = false;

  /**
   * @param options - the URL, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong.
   */
  constructor(options: string | ClickHouseStorageOptions) {
    const given = checkClickHouseOptions(options);
    const { place, url, database, username, password } = clickHousePlace(given.url);
    const prefix = given.tablePrefix ?? DEFAULT_PREFIX;
    const { cluster, asyncInsert } = given;
    this.#options = { database, prefix, cluster, maxAgeSeconds: given.retention?.maxAgeSeconds };
    this.#shownAs = showUrl(given.url);
    this.location = `${place}#${prefix}`;
    this.#connection = new Connection({
      application: 'rimp-telemetry',
      compression: { request: true, response: true },
      request_timeout: 60_000,
      ...given.connection,
      url,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    });
    this.#tables = new Tables(this.#connection, this.#options, WHO);
    this.#settings = [
      'precise_float_parsing = 1',
      ...(asyncInsert === true ? ['async_insert = 1', 'wait_for_async_insert = 1'] : []),
      // the retry of a batch is known by the shards, not by the table in front of them
      ...(cluster === undefined ? [] : ['insert_distributed_sync = 1']),
    ].join(', ');
  }

  /**
   * Stores a batch.
   *
   * @throws StorageError if it can't; its `dropped` says which items can never be stored. A batch whose error may pass can
   * come again: what of it is stored is not stored twice.
   */
  async store(data: TelemetryData): Promise<void> {
    await this.storeMany([data]);
  }

  /** Stores several batches together. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    const [first] = batches;
    if (first === undefined) return;
    const progress = this.#progress.get(first) ?? { stored: new Set(), refused: 0, error: undefined };
    this.#progress.set(first, progress);
    const bad = await this.#attempt('be written', async () => {
      const columns = (await this.#tables.ensure()).get('logs');
      const batch = rowsOf(batches, this.#nextSeq, columns?.has('EventName') === true);
      for (const piece of batch.pieces) await this.#insert(piece, progress);
      return batch.bad;
    });
    this.#progress.delete(first);
    const { refused, error } = progress;
    if (bad + refused === 0) return;
    const why = error === undefined ? '' : `: ${toError(error).message}`;
    throw new StorageError(`${WHO}: ${bad} items hold what JSON can't, ${refused} were refused by the database${why}`, {
      permanent: true,
      dropped: { not_serializable: bad, refused },
      cause: error,
    });
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#pages(resolved));
  }

  /** Empties the tables, whoever filled them. */
  async clear(): Promise<void> {
    await this.#attempt('be emptied', async () => {
      for (const table of (await this.#tables.there()).keys())
        await this.#connection.command(truncateStatement(this.#options, table));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection.close();
  }

  /** Ascending in this process, and about the time in nanoseconds, so that several processes come in turn. */
  readonly #nextSeq = (): string => {
    const now = Date.now();
    if (now > this.#seqMillis) {
      this.#seqMillis = now;
      // another one than that of other processes
      this.#seqRest = Math.floor(Math.random() * (SEQS_OF_MILLISECOND / 2));
    } else {
      this.#seqRest += 1;
      if (this.#seqRest === SEQS_OF_MILLISECOND) {
        this.#seqMillis += 1;
        this.#seqRest = 0;
      }
    }
    return `${this.#seqMillis}${String(this.#seqRest).padStart(6, '0')}`;
  };

  /** Adds rows, in halves if the server refuses one for what it holds: it alone is left out. */
  async #insert(piece: Piece, progress: Progress): Promise<void> {
    const { table, rows } = piece;
    const token = tokenOf(piece);
    if (progress.stored.has(token)) return;
    const columns = (table === 'logs' ? EVENT_COLUMNS : METRIC_COLUMNS[table]) as readonly string[];
    const there = (await this.#tables.ensure()).get(table);
    const named = columns.filter((column) => column !== 'EventName' || there?.has(column) === true).join(', ');
    const sql = `INSERT INTO ${tableName(this.#options, table)} (${named}) SETTINGS insert_deduplication_token = '${token}', ${this.#settings} FORMAT JSONCompactEachRow`;
    try {
      await this.#connection.insert(
        sql,
        rows.map(({ text }) => text),
      );
    } catch (error) {
      if (kindOf(error) !== 'item') throw error;
      if (rows.length === 1) {
        progress.refused += 1;
        progress.error ??= error;
      } else {
        const middle = rows.length >> 1;
        await this.#insert({ table, rows: rows.slice(0, middle) }, progress);
        await this.#insert({ table, rows: rows.slice(middle) }, progress);
      }
    }
    progress.stored.add(token);
  }

  async *#pages(query: ResolvedQuery): AsyncGenerator<Page, void, undefined> {
    const after = query.after === undefined ? undefined : positionOf(query.after);
    const matches = matcherOf(query);
    const there = await this.#attempt('be read', () => this.#tables.there());
    const sources = TABLES.flatMap((table, rank) => {
      const columns = there.get(table);
      const isAsked = table === 'logs' ? query.events : query.metrics;
      return columns === undefined || !isAsked ? [] : [this.#rowsOf(table, rank, columns, query, after)];
    });
    let placed: Placed[] = [];
    const page = (): Page => {
      const of = placed;
      placed = [];
      return { items: of.map(({ item }) => item), cursorAt: (index) => cursorOf(of[index] as Placed) };
    };
    const enough = Math.min(PAGE_ITEMS, query.limit);
    for await (const one of merge(sources, query.descending)) {
      if (!matches(one.item)) continue;
      placed.push(one);
      if (placed.length >= enough) yield page();
    }
    if (placed.length > 0) yield page();
  }

  /** The rows of one table that may match. */
  async *#rowsOf(
    table: Table,
    rank: number,
    columns: ReadonlySet<string>,
    query: ResolvedQuery,
    from: Position | undefined,
  ): AsyncGenerator<Placed, void, undefined> {
    const name = tableName(this.#options, table);
    const read = readColumns(table);
    let after = from;
    for (let size = Math.min(query.limit + 10, PAGE_ROWS); ; size = Math.min(size * 4, PAGE_ROWS)) {
      const { sql, parameters } = selectOf(table, name, columns, query, after, rank, size);
      const rows = this.#connection.query(sql, parameters);
      let count = 0;
      try {
        for (;;) {
          const { value: cells, done } = await this.#attempt('be read', () => rows.next());
          if (done === true) break;
          count += 1;
          after = { seq: BigInt(cells[0] as string), rank, tie: BigInt(cells[1] as string) };
          const row = Object.fromEntries(read.map((column, i) => [column, cells[i + 2]]));
          yield { ...after, item: itemOf(table, row, after) };
        }
      } finally {
        await rows.return();
      }
      if (count < size) return;
    }
  }

  async #attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError(`${WHO}: ${this.#shownAs} was closed`);
    try {
      return await work();
    } catch (error) {
      if (error instanceof TelemetryError) throw error;
      // somebody dropped a table: it is made again
      if (isTableGone(error)) this.#tables.forget();
      const kind = kindOf(error);
      throw new StorageError(`${WHO}: ${this.#shownAs} can't ${what}: ${messageOf(error)}`, {
        cause: error,
        permanent: kind === 'item',
        ...(kind === 'storage' && { concerns: 'storage' }),
      });
    }
  }
}

function itemOf(table: Table, row: object, place: Position): TelemetryItem {
  const id = (): string => `${place.seq.toString(16)}-${place.rank}-${place.tie.toString(16)}`;
  return table === 'logs' ? eventOfRow(row as EventRow, id) : metricOfRow(row as MetricRow, table, id);
}

function cursorOf({ seq, rank, tie }: Position): string {
  return `${seq}.${rank}.${tie}`;
}

function positionOf(cursor: string): Position {
  const [, seq, rank, tie] = CURSOR.exec(cursor) ?? [];
  if (seq === undefined || rank === undefined || tie === undefined) throw wrongCursor(WHO, cursor);
  return { seq: BigInt(seq), rank: Number(rank), tie: BigInt(tie) };
}

/** Errors of connecting to several addresses have a text of their own only in their parts. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one) => toError(one).message).join('; ');
  return toError(error).message;
}
