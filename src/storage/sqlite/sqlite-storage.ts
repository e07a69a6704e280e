import { resolve } from 'node:path';
import type { TelemetryData } from '../../model/data.js';
import { BOOLEAN, checkOptions, oneOf, type Rule, TEXT } from '../../model/options.js';
import { FILE_MODE } from '../file-mode.js';
import { realPath } from '../real-path.js';
import { type DatabaseRetentionOptions, RETENTION, TABLE_PREFIX } from '../sql/options.js';
import { SqlStorage } from '../sql/sql-storage.js';
import { SQLITE } from './dialect.js';
import { SqliteDriver } from './driver.js';

/** Settings of a {@link SqliteStorage}. */
export interface SqliteStorageOptions {
  /** The database's file; it and its missing directories are made when something is stored or asked for. */
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
  /**
   * The mode of a database that is made, such as `0o600`, whatever the umask says; its write-ahead log gets the same.
   * Default: what the umask leaves of 0644. A database that is there keeps its own.
   */
  readonly mode?: number | undefined;
  /**
   * Whether the database is only read: one without the tables of this library is an error rather than made, none is
   * changed, and `store` and `clear` reject. Default `false`.
   */
  readonly readOnly?: boolean | undefined;
}

const WHO = 'SqliteStorage';
const RULES: Readonly<Record<keyof SqliteStorageOptions, Rule>> = {
  path: TEXT,
  retention: RETENTION,
  tablePrefix: TABLE_PREFIX,
  durability: oneOf('os', 'fsync'),
  mode: FILE_MODE,
  readOnly: BOOLEAN,
};

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
  constructor(options: string | SqliteStorageOptions) {
    const given: SqliteStorageOptions =
      typeof options === 'object' && options !== null ? options : { path: options as string };
    // a path is the one thing that has no default
    checkOptions(WHO, { ...given, path: given.path ?? null }, RULES);
    const path = resolve(given.path);
    super({
      who: WHO,
      place: `sqlite:${realPath(path)}`,
      dialect: SQLITE,
      driver: new SqliteDriver(path, {
        isDurable: given.durability === 'fsync',
        isReadOnly: given.readOnly === true,
        mode: given.mode,
      }),
      retention: given.retention,
      tablePrefix: given.tablePrefix,
      readOnly: given.readOnly,
    });
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
