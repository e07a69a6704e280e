import { databaseOfUrl } from '../../model/database-url.js';
import type { TelemetryStorage } from '../../model/storage.js';

/**
 * Opens a database to be read only, and loads what that needs; it is left as it is.
 *
 * @param name - a postgres:// or clickhouse:// URL, else a SQLite file.
 */
export async function openDatabase(name: string, tablePrefix?: string): Promise<TelemetryStorage> {
  const options = { readOnly: true, ...(tablePrefix !== undefined && { tablePrefix }) } as const;
  switch (databaseOfUrl(name)) {
    case 'postgres': {
      const { PostgresStorage } = await import('../../storage/postgres/postgres-storage.js');
      return new PostgresStorage({ url: name, ...options });
    }
    case 'clickhouse': {
      const { ClickHouseStorage } = await import('../../storage/clickhouse/clickhouse-storage.js');
      return new ClickHouseStorage({ url: name, ...options });
    }
    default: {
      const { SqliteStorage } = await import('../../storage/sqlite/sqlite-storage.js');
      return new SqliteStorage({ path: name, ...options });
    }
  }
}
