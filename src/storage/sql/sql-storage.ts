import type { TelemetryData } from '../../model/data.js';
import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import type { SqlEngine } from './engine.js';

/** Keeps items in a database, one row each; an item that is there already, by its id, is not stored again. */
export class SqlStorage implements TelemetryStorage {
  readonly location: string;
  readonly #engine: SqlEngine;

  constructor(engine: SqlEngine) {
    this.#engine = engine;
    this.location = engine.location;
  }

  /** Items that retention removed, so far. */
  get evicted(): number {
    return this.#engine.evicted;
  }

  /** Items that were there already, by their ids, so far. */
  get duplicates(): number {
    return this.#engine.duplicates;
  }

  /**
   * Stores a batch.
   *
   * @throws StorageError if it can't: then nothing of the batch is stored, unless its `dropped` says what is not.
   */
  async store(data: TelemetryData): Promise<void> {
    await this.storeMany([data]);
  }

  /** Stores several batches together. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    await this.#engine.storeMany(batches);
  }

  retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return this.#engine.retrieve(query);
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return this.#engine.scan(query);
  }

  clear(): Promise<void> {
    return this.#engine.clear();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /** Stores a batch before it returns, given a driver that answers at once. */
  protected storeNow(data: TelemetryData): void {
    this.#engine.storeNow(data);
  }
}
