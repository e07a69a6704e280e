import { databaseOfUrl } from '../model/database-url.js';
import type { TelemetryConfig } from './config.js';

/** Which storage a configuration names: `'database'` is one of three. */
export type StorageKind = 'memory' | 'file' | 'sqlite' | 'postgres' | 'clickhouse';

/** The storage that a valid configuration names. */
export function storageKindOf({ storageBackend, storagePath }: TelemetryConfig): StorageKind {
  return storageBackend === 'database' ? (databaseOfUrl(storagePath as string) ?? 'sqlite') : storageBackend;
}
