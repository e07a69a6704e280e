import type { TelemetryItem } from '../../model/item.js';
import { isEvent } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { pause } from '../../runtime/pause.js';
import { inOrder } from './in-order.js';
import { type FollowOptions, filtered, firstOf, type ItemSource, type Items, POLL_MILLIS } from './source.js';

const PAGE_ITEMS = 1_000;

/** What a database holds. */
export class StorageItems implements ItemSource {
  readonly name: string;
  readonly totalBytes = undefined;
  readonly bytesRead = 0;
  readonly unreadable = {};
  readonly #storage: TelemetryStorage;

  constructor(storage: TelemetryStorage, name: string) {
    this.#storage = storage;
    this.name = name;
  }

  async *pages({ limit: _byReader, ...query }: TelemetryQuery): AsyncGenerator<Items, void, undefined> {
    let items: TelemetryItem[] = [];
    for await (const item of this.#storage.scan(query)) {
      items.push(item);
      if (items.length < PAGE_ITEMS) continue;
      yield items;
      items = [];
    }
    if (items.length > 0) yield items;
  }

  async *follow(query: TelemetryQuery, { last, test, signal }: FollowOptions): AsyncGenerator<Items, void, undefined> {
    let after = (await this.#storage.retrieve({ order: 'desc', limit: 1 })).cursor;
    const before = await firstOf(filtered(this.pages({ ...query, order: 'desc' }), test), last);
    yield before.reverse();
    // what was stored between the two came already
    const shown = new Set(before.map(idOf));
    while (!signal.aborted) {
      const data = await this.#storage.retrieve({ ...query, after, limit: PAGE_ITEMS });
      after = data.cursor ?? after;
      const items = inOrder(data).filter((item) => !shown.has(idOf(item)));
      if (items.length > 0) yield items;
      if (data.size < PAGE_ITEMS) await pause(POLL_MILLIS, signal);
    }
  }

  async close(): Promise<void> {
    await this.#storage.close();
  }
}

function idOf(item: TelemetryItem): string {
  return isEvent(item) ? item.eventId : item.metricId;
}
