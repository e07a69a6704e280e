import { checkOneArgument } from '../../model/options.js';
import { SqlStorage } from '../sql/sql-storage.js';
import { loadPostgres } from './on-demand.js';
import type { PostgresStorageOptions } from './options.js';

/** Keeps items in PostgreSQL, one row each; an item that is there already, by its id, is not stored again. */
export class PostgresStorage extends SqlStorage {
  /**
   * @param options - the URL, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong.
   */
  constructor(options: string | PostgresStorageOptions);
  constructor(options: string | PostgresStorageOptions, second?: unknown) {
    checkOneArgument('PostgresStorage', 'url', second);
    super(loadPostgres().openPostgres(options));
  }
}
