import type { TelemetryItem } from '../../model/item.js';
import { isEvent } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { pause } from '../../runtime/pause.js';
import { NoTablesError } from '../../storage/sql/migrate.js';
import { inOrder } from './in-order.js';
import { type FollowOptions, filtered, firstOf, type ItemSource, type Items, POLL_MILLIS } from './source.js';

const PAGE_ITEMS = 1_000;
const NEWEST = { order: 'desc', limit: 1 } as const;

/** What a database holds. */
export class StorageItems implements ItemSource {
  readonly name: string;
  readonly totalBytes = undefined;
  readonly bytesRead = 0;
  readonly unreadable = {};
  readonly storage: TelemetryStorage;

  constructor(storage: TelemetryStorage, name: string) {
    this.storage = storage;
    this.name = name;
  }

  async *pages({ limit: _byReader, ...query }: TelemetryQuery): AsyncGenerator<Items, void, undefined> {
    let items: TelemetryItem[] = [];
    for await (const item of this.storage.scan(query)) {
      items.push(item);
      if (items.length < PAGE_ITEMS) continue;
      yield items;
      items = [];
    }
    if (items.length > 0) yield items;
  }

  async *follow(query: TelemetryQuery, options: FollowOptions): AsyncGenerator<Items, void, undefined> {
    const { last, test, signal } = options;
    let after: string | undefined;
    let before: TelemetryItem[] = [];
    if (await this.#hasTables()) {
      after = (await this.storage.retrieve(NEWEST)).cursor;
      before = await firstOf(filtered(this.pages({ ...query, order: 'desc' }), test), last);
      yield before.reverse();
    } else {
      options.note(`waiting for tables of RIMP in ${this.name}`);
      yield [];
      while (!signal.aborted && !(await this.#hasTables())) await pause(POLL_MILLIS, signal);
    }
    // what was stored between the two came already
    const shown = new Set(before.map(idOf));
    while (!signal.aborted) {
      const data = await this.storage.retrieve({ ...query, after, limit: PAGE_ITEMS });
      after = data.cursor ?? after;
      const items = inOrder(data).filter((item) => !shown.has(idOf(item)));
      if (items.length > 0) yield items;
      if (data.size < PAGE_ITEMS) await pause(POLL_MILLIS, signal);
    }
  }

  async close(): Promise<void> {
    await this.storage.close();
  }

  /** A storage makes its tables when it stores for the first time. */
  async #hasTables(): Promise<boolean> {
    try {
      await this.storage.retrieve(NEWEST);
      return true;
    } catch (error) {
      if (error instanceof NoTablesError) return false;
      throw error;
    }
  }
}

function idOf(item: TelemetryItem): string {
  return isEvent(item) ? item.eventId : item.metricId;
}
