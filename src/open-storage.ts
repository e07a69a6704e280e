import type { CollectorOptions } from './collector-options.js';
import type { TelemetryConfig } from './config.js';
import { TelemetryError } from './model/errors.js';
import type { TelemetryStorage } from './model/storage.js';
import { FileStorage } from './storage/file-storage.js';
import { MemoryStorage } from './storage/memory-storage.js';

/** Makes the storage that a configuration names; none of them opens anything before it is used. */
export function openStorage(config: TelemetryConfig, options: CollectorOptions): TelemetryStorage {
  switch (config.storageBackend) {
    case 'file':
      return new FileStorage(config.storagePath as string);
    case 'database':
      throw new TelemetryError(
        'RIMP_UNSUPPORTED',
        'TelemetryCollector: storageBackend "database" has no built-in storage yet; give one of your own as the option "storage"',
      );
    default:
      return new MemoryStorage({
        ...(options.maxEvents === undefined ? {} : { maxEvents: options.maxEvents }),
        ...(options.maxMetrics === undefined ? {} : { maxMetrics: options.maxMetrics }),
      });
  }
}
