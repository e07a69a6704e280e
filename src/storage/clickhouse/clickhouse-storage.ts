import type { TelemetryData } from '../../model/data.js';
import type { TelemetryItem } from '../../model/item.js';
import { checkOneArgument } from '../../model/options.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import type { ClickHouseEngine } from './engine.js';
import { loadClickHouse } from './on-demand.js';
import type { ClickHouseStorageOptions } from './options.js';

/**
 * Keeps items in ClickHouse, in the tables of the OpenTelemetry Collector's exporter.
 *
 * It is no dialect of the SQL storage, as that has one table of rows that are numbered by the database and known by their
 * ids: here there is a table for each kind of point, no number, no unique id, and no transaction.
 */
export class ClickHouseStorage implements TelemetryStorage {
  readonly location: string;
  readonly #engine: ClickHouseEngine;

  /**
   * @param options - the URL, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong.
   */
  constructor(options: string | ClickHouseStorageOptions);
  constructor(options: string | ClickHouseStorageOptions, second?: unknown) {
    checkOneArgument('ClickHouseStorage', 'url', second);
    const { ClickHouseEngine: Engine } = loadClickHouse();
    this.#engine = new Engine(options);
    this.location = this.#engine.location;
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
    await this.#engine.storeMany(batches);
  }

  /**
   * Stores the items of a batch whose ids are not in the tables yet, at their times. It reads before it writes, so that it is
   * for a copy of other data that is made again, not for several writers at once.
   *
   * @returns how many items are there already.
   * @throws StorageError as {@link store} does.
   */
  storeMissing(data: TelemetryData): Promise<number> {
    return this.#engine.storeMissing(data);
  }

  retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return this.#engine.retrieve(query);
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return this.#engine.scan(query);
  }

  /** Empties the tables, whoever filled them. */
  clear(): Promise<void> {
    return this.#engine.clear();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
