import type { TelemetryStorage } from '../model/storage.js';
import { pause } from '../runtime/pause.js';
import { POLL_MILLIS, type ReadOptions, type ShipBatch, type ShipSource } from './source.js';

const PAGE_ITEMS = 5_000;

/** What any storage holds. */
export class StorageSource implements ShipSource {
  readonly name: string;
  readonly totalBytes = undefined;
  readonly bytesRead = 0;
  readonly unreadable = {};
  readonly unreadableFiles = [];
  readonly #storage: TelemetryStorage;

  constructor(storage: TelemetryStorage) {
    this.#storage = storage;
    this.name = storage.location ?? 'storage';
  }

  async *batches({ cursor, startTime, endTime, follow, signal }: ReadOptions): AsyncGenerator<ShipBatch> {
    let after = typeof cursor === 'string' ? cursor : undefined;
    while (!signal.aborted) {
      const data = await this.#storage.retrieve({ after, limit: PAGE_ITEMS, startTime, endTime });
      if (data.isEmpty) {
        if (!follow) return;
        await pause(POLL_MILLIS, signal);
        continue;
      }
      after = data.cursor;
      yield { items: [...data.events, ...data.metrics], cursor: after };
    }
  }
}
