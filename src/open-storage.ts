import type { TelemetryConfig } from './config.js';
import { TelemetryError } from './model/errors.js';
import type { TelemetryStorage } from './model/storage.js';
import { FileStorage, type FileStorageOptions } from './storage/file-storage.js';
import { MemoryStorage, type MemoryStorageOptions } from './storage/memory-storage.js';

/** Settings of the storage that a configuration names; each storage takes its own, and refuses others'. */
export interface StorageOptions extends MemoryStorageOptions, Omit<FileStorageOptions, 'path'> {}

/** Makes the storage that a configuration names; none of them opens anything before it is used. */
export function openStorage(config: TelemetryConfig, options: StorageOptions = {}): TelemetryStorage {
  switch (config.storageBackend) {
    case 'file':
      return new FileStorage({ ...options, path: config.storagePath as string });
    case 'database':
      throw new TelemetryError('RIMP_UNSUPPORTED', 'x');
    default:
      return new MemoryStorage(options);
  }
}
