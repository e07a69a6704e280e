import type { TelemetryData } from '../../model/data.js';
import { StorageError, toError } from '../../model/errors.js';
import { kindOf } from './failures.js';
import { idsThere } from './ids-there.js';
import { type ClickHouseStorageOptions, WHO } from './options.js';
import { type Piece, rowsOf, tokenOf } from './rows.js';
import { tableName } from './schema.js';
import { columnsOf } from './select.js';
import { Sequence } from './sequence.js';
import type { Server } from './server.js';

/** Columns that tables of earlier versions of the exporter lack. */
const LATER_COLUMNS: ReadonlySet<string> = new Set(['EventName', 'ScopeName', 'ScopeVersion']);

/** How far a batch came that may come again. */
interface Progress {
  readonly stored: Set<string>;
  refused: number;
  error: unknown;
}

/** Adds batches to the tables; of one that comes again after an error, what is stored already is left out. */
export class BatchInsert {
  readonly #server: Server;
  readonly #settings: string;
  readonly #sequence = new Sequence();
  readonly #progress = new WeakMap<TelemetryData, Progress>();

  constructor(server: Server, { asyncInsert, cluster }: ClickHouseStorageOptions) {
    this.#server = server;
    this.#settings = [
      'precise_float_parsing = 1',
      ...(asyncInsert === true
        ? ['async_insert = 1', 'wait_for_async_insert = 1', 'async_insert_deduplicate = 1']
        : []),
      // the retry of a batch is known by the shards, not by the table in front of them
      ...(cluster === undefined ? [] : ['insert_distributed_sync = 1']),
    ].join(', ');
  }

  /** Stores several batches together. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    await this.#store(batches, (piece) => piece);
  }

  /** Stores what is not there, by its id; resolves to the number of items that are. */
  async storeMissing(data: TelemetryData): Promise<number> {
    let there = 0;
    await this.#store([data], async (piece) => {
      const ids = new Set(await idsThere(this.#server, piece));
      // an item may be in the batch twice
      const rows = piece.rows.filter(({ id }) => !ids.has(id) && ids.add(id));
      there += piece.rows.length - rows.length;
      return { table: piece.table, rows };
    });
    return there;
  }

  /** @param narrow - which rows of a piece are added. */
  async #store(batches: readonly TelemetryData[], narrow: (piece: Piece) => Piece | Promise<Piece>): Promise<void> {
    const [first] = batches;
    if (first === undefined) return;
    const progress = this.#progress.get(first) ?? { stored: new Set(), refused: 0, error: undefined };
    this.#progress.set(first, progress);
    this.#server.checkWritable('be written');
    const bad = await this.#server.attempt('be written', async () => {
      const batch = rowsOf(batches, () => this.#sequence.next(), await this.#server.tables.ensure());
      for (const piece of batch.pieces) await this.#insert(await narrow(piece), progress);
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

  /** Adds rows, in halves if the server refuses one for what it holds: it alone is left out. */
  async #insert(piece: Piece, progress: Progress): Promise<void> {
    const { table, rows } = piece;
    if (rows.length === 0) return;
    const token = tokenOf(piece);
    if (progress.stored.has(token)) return;
    const there = (await this.#server.tables.ensure()).get(table);
    const named = columnsOf(table).filter((column) => !LATER_COLUMNS.has(column) || there?.has(column) === true);
    const sql = `INSERT INTO ${tableName(this.#server.names, table)} (${named.join(', ')}) SETTINGS insert_deduplication_token = '${token}', ${this.#settings} FORMAT JSONCompactEachRow`;
    try {
      await this.#server.connection.insert(
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
}
