import type { TelemetryStorage } from '../model/storage.js';
import { ClickHouseStorage } from '../storage/clickhouse/clickhouse-storage.js';
import type { ClickHouseStorageOptions } from '../storage/clickhouse/options.js';
import { FileStorage, type FileStorageOptions, type RetentionOptions } from '../storage/file/file-storage.js';
import { MemoryStorage, type MemoryStorageOptions } from '../storage/memory/memory-storage.js';
import type { PostgresStorageOptions } from '../storage/postgres/options.js';
import { PostgresStorage } from '../storage/postgres/postgres-storage.js';
import type { DatabaseRetentionOptions } from '../storage/sql/options.js';
import { SqliteStorage } from '../storage/sqlite/sqlite-storage.js';
import { TelemetryConfig, type TelemetryConfigInit } from './config.js';
import { storageKindOf } from './storage-kind.js';

/** Settings of the storage that a configuration names; each storage takes its own, and refuses others'. */
export interface StorageOptions
  extends MemoryStorageOptions,
    Omit<FileStorageOptions, 'path' | 'retention'>,
    Omit<PostgresStorageOptions, 'url' | 'retention' | 'readOnly'>,
    Omit<ClickHouseStorageOptions, 'url' | 'retention' | 'readOnly'> {
  /** What stays: files have `maxFiles`, databases `maxItems`, files and SQLite `maxTotalBytes`, all `maxAgeSeconds`. */
  readonly retention?: (RetentionOptions & DatabaseRetentionOptions) | undefined;
}

/**
 * Makes the storage that a configuration names; it opens nothing before it is used.
 *
 * `storageBackend: 'database'` is PostgreSQL if `storagePath` is a `postgres://` URL, ClickHouse if it is a `clickhouse://` URL,
 * else SQLite.
 *
 * @throws ConfigError if the configuration is wrong.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt, wrong, or none of that storage's.
 */
export function openStorage(
  config: TelemetryConfig | TelemetryConfigInit,
  options: StorageOptions = {},
): TelemetryStorage {
  const checked = config instanceof TelemetryConfig ? config : new TelemetryConfig(config);
  checked.validate();
  const path = checked.storagePath as string;
  switch (storageKindOf(checked)) {
    case 'file':
      return new FileStorage({ ...options, path });
    case 'postgres':
      return new PostgresStorage({ ...options, url: path });
    case 'clickhouse':
      return new ClickHouseStorage({ ...options, url: path });
    case 'sqlite':
      return new SqliteStorage({ ...options, path });
    case 'memory':
      return new MemoryStorage(options);
  }
}
