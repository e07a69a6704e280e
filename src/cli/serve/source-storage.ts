import { TelemetryData } from '../../model/data.js';
import { StorageError } from '../../model/errors.js';
import type { TelemetryEvent } from '../../model/event.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import { resolveQuery, type TelemetryQuery, wrongCursor } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { matcherOf } from '../../storage/query-match.js';
import { type ItemSource, itemsOf } from '../source/source.js';

const WHO = 'rimp serve';

/** A source as a storage that is only read. Its cursors are numbers of items: a page is read from the beginning on. */
export class SourceStorage implements TelemetryStorage {
  readonly location: string;
  readonly #source: ItemSource;

  constructor(source: ItemSource) {
    this.#source = source;
    this.location = source.name;
  }

  async retrieve(query: TelemetryQuery = {}): Promise<TelemetryData> {
    const { limit, after } = resolveQuery(query, WHO);
    const skipped = after === undefined ? 0 : Number(after);
    if (!Number.isSafeInteger(skipped) || skipped < 0) throw wrongCursor(WHO, String(after));
    const events: TelemetryEvent[] = [];
    const metrics: TelemetryMetric[] = [];
    let seen = 0;
    if (limit > 0) {
      for await (const item of this.#items(query)) {
        seen += 1;
        if (seen <= skipped) continue;
        if (isEvent(item)) events.push(item);
        else metrics.push(item);
        if (seen - skipped >= limit) break;
      }
    }
    return new TelemetryData({ events, metrics, cursor: String(Math.max(seen, skipped)) });
  }

  async *scan(query: TelemetryQuery = {}): AsyncGenerator<TelemetryItem, void, undefined> {
    const { limit } = resolveQuery(query, WHO);
    let seen = 0;
    if (limit <= 0) return;
    for await (const item of this.#items(query)) {
      yield item;
      seen += 1;
      if (seen >= limit) return;
    }
  }

  async store(): Promise<void> {
    throw this.#readOnly();
  }

  async clear(): Promise<void> {
    throw this.#readOnly();
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  /** Some sources know only a part of a query. */
  async *#items({ after: _skipped, limit: _counted, ...query }: TelemetryQuery): AsyncGenerator<TelemetryItem> {
    const matches = matcherOf(resolveQuery(query, WHO));
    for await (const item of itemsOf(this.#source.pages(query))) if (matches(item)) yield item;
  }

  #readOnly(): StorageError {
    return new StorageError(`${this.#source.name} is only read`, { permanent: true });
  }
}
