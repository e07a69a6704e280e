import { TelemetryData } from '../../model/data.js';
import type { TelemetryEvent } from '../../model/event.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { TelemetryStorage } from '../../model/storage.js';
import type { ItemWriter } from './item-writer.js';
import type { WholeFile } from './whole-file.js';

/** A storage that may know which items are there already: all the time, or when it is asked to look. */
interface CountingStorage extends TelemetryStorage {
  readonly duplicates?: number;
  storeMissing?(data: TelemetryData): Promise<number>;
}

/** Items of a batch if the database looks for their ids first: each batch is a query. */
const LOOKED_FOR_ITEMS = 10_000;

/** A database. */
export class StorageWriter implements ItemWriter {
  readonly folded = 0;
  readonly #storage: CountingStorage;
  readonly #file: WholeFile | undefined;
  #waiting: TelemetryItem[] = [];
  #found = 0;

  /** @param file - that of the database; none if it is on a server. */
  constructor(storage: CountingStorage, file: WholeFile | undefined) {
    this.#storage = storage;
    this.#file = file;
  }

  get there(): number {
    return this.#found + (this.#storage.duplicates ?? 0);
  }

  async write(items: readonly TelemetryItem[]): Promise<void> {
    if (this.#storage.storeMissing === undefined) {
      await storeAll(this.#storage, runsOf(items));
      return;
    }
    for (const item of items) this.#waiting.push(item);
    if (this.#waiting.length >= LOOKED_FOR_ITEMS) await this.#storeWaiting();
  }

  async finish(): Promise<void> {
    await this.#storeWaiting();
    await this.#storage.close();
    this.#file?.finish();
  }

  async abandon(): Promise<void> {
    // what was read before a signal is counted as added
    await this.#storeWaiting().catch(() => undefined);
    await this.#storage.close().catch(() => undefined);
    this.#file?.abandon();
  }

  async #storeWaiting(): Promise<void> {
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length > 0) this.#found += (await this.#storage.storeMissing?.(dataOf(items))) ?? 0;
  }
}

function dataOf(items: readonly TelemetryItem[]): TelemetryData {
  const metrics = items.filter((item): item is TelemetryMetric => !isEvent(item));
  return new TelemetryData({ events: items.filter(isEvent), metrics });
}

async function storeAll(storage: CountingStorage, batches: readonly TelemetryData[]): Promise<void> {
  if (storage.storeMany !== undefined) await storage.storeMany(batches);
  else for (const batch of batches) await storage.store(batch);
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
