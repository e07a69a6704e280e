import type { SqliteRetentionOptions } from '../sql/options.js';

/** Settings of a `SqliteStorage`. */
export interface SqliteStorageOptions {
  /** The database's file; it and its missing directories are made when something is stored or asked for. */
  readonly path: string;
  /** What stays; default: everything. */
  readonly retention?: SqliteRetentionOptions | undefined;
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
