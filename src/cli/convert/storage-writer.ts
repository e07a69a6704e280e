import { TelemetryData } from '../../model/data.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { TelemetryStorage } from '../../model/storage.js';
import type { ItemWriter } from './item-writer.js';
import type { WholeFile } from './whole-file.js';

/** A storage that may know which items were there already. */
interface CountingStorage extends TelemetryStorage {
  readonly duplicates?: number;
}

/** A database. */
export class StorageWriter implements ItemWriter {
  readonly folded = 0;
  readonly #storage: CountingStorage;
  readonly #file: WholeFile | undefined;

  /** @param file - that of the database; none if it is on a server. */
  constructor(storage: CountingStorage, file: WholeFile | undefined) {
    this.#storage = storage;
    this.#file = file;
  }

  get there(): number {
    return this.#storage.duplicates ?? 0;
  }

  async write(items: readonly TelemetryItem[]): Promise<void> {
    const metrics = items.filter((item): item is TelemetryMetric => !isEvent(item));
    await this.#storage.store(new TelemetryData({ events: items.filter(isEvent), metrics }));
  }

  async finish(): Promise<void> {
    await this.#storage.close();
    this.#file?.finish();
  }

  async abandon(): Promise<void> {
    await this.#storage.close().catch(() => undefined);
    this.#file?.abandon();
  }
}
