import type { TelemetryData } from '../../model/data.js';
import { checkOneArgument } from '../../model/options.js';
import { SqlStorage } from '../sql/sql-storage.js';
import { loadSqlite } from './on-demand.js';
import type { SqliteStorageOptions } from './options.js';

/**
 * Keeps items in an SQLite database, one row each; an item that is there already, by its id, is not stored again. A file
 * that is removed or replaced meanwhile is made or opened anew.
 */
export class SqliteStorage extends SqlStorage {
  /** The file's absolute path. */
  readonly path: string;

  /**
   * @param options - the path, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong.
   */
  constructor(options: string | SqliteStorageOptions);
  constructor(options: string | SqliteStorageOptions, second?: unknown) {
    checkOneArgument('SqliteStorage', 'path', second);
    const { engine, path } = loadSqlite().openSqlite(options);
    super(engine);
    this.path = path;
  }

  /**
   * Stores a batch before it returns.
   *
   * @throws StorageError if it can't: then nothing of the batch is stored, unless its `dropped` says what is not.
   */
  storeSync(data: TelemetryData): void {
    this.storeNow(data);
  }
}
