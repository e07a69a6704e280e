import { TelemetryData } from '../../model/data.js';
import type { TelemetryEvent } from '../../model/event.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { TelemetryStorage } from '../../model/storage.js';
import type { ItemWriter } from './item-writer.js';
import type { WholeFile } from './whole-file.js';

/** A storage that may know which items were there already. */
interface CountingStorage extends TelemetryStorage {
  readonly duplicates?: number;
  storeMany(batches: readonly TelemetryData[]): Promise<void>;
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
    await this.#storage.storeMany(runsOf(items));
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

/** Items of one kind that follow one another, as batches: a batch has its events before its metrics. */
function runsOf(items: readonly TelemetryItem[]): TelemetryData[] {
  const runs: TelemetryData[] = [];
  for (let start = 0, end = 0; start < items.length; start = end) {
    const isOfEvents = isEvent(items[start] as TelemetryItem);
    for (end = start + 1; end < items.length && isEvent(items[end] as TelemetryItem) === isOfEvents; ) end += 1;
    const run = items.slice(start, end);
    runs.push(
      new TelemetryData(isOfEvents ? { events: run as TelemetryEvent[] } : { metrics: run as TelemetryMetric[] }),
    );
  }
  return runs;
}
