import { TelemetryData, withCursor } from '../model/data.js';
import type { TelemetryEvent } from '../model/event.js';
import { isEvent, type TelemetryItem } from '../model/item.js';
import type { TelemetryMetric } from '../model/metric.js';
import { type ResolvedQuery, resolveQuery, type TelemetryQuery } from '../model/query.js';

/** Some of the items that a query asks for, in its order. */
export interface Page {
  readonly items: readonly TelemetryItem[];
  /** Gives where to go on after the item of this index: to be asked for before the next page is. */
  cursorAt(index: number): () => string;
}

/** A cursor that is there already, and nothing of the page it came from. */
export function fixedCursor(cursor: string): () => string {
  return () => cursor;
}

/** The items of pages as one {@link TelemetryData}, each kind in the order of the items, with the cursor behind the last. */
export async function retrievePages(
  who: string,
  query: TelemetryQuery | undefined,
  pagesOf: (query: ResolvedQuery) => AsyncIterable<Page>,
): Promise<TelemetryData> {
  const resolved = resolveQuery(query, who);
  const events: TelemetryEvent[] = [];
  const metrics: TelemetryMetric[] = [];
  let cursor: (() => string) | undefined;
  let left = resolved.limit;
  if (left > 0) {
    for await (const page of pagesOf(resolved)) {
      const count = Math.min(left, page.items.length);
      for (let i = 0; i < count; i += 1) {
        const item = page.items[i] as TelemetryItem;
        if (isEvent(item)) events.push(item);
        else metrics.push(item);
      }
      if (count > 0) cursor = page.cursorAt(count - 1);
      left -= count;
      if (left <= 0) break;
    }
  }
  if (cursor === undefined) return new TelemetryData({ cursor: resolved.after });
  return withCursor(new TelemetryData({ events, metrics }), cursor);
}

/** The items of pages one by one. */
export function scanPages(
  who: string,
  query: TelemetryQuery | undefined,
  pagesOf: (query: ResolvedQuery) => AsyncIterable<Page>,
): AsyncGenerator<TelemetryItem, void, undefined> {
  const resolved = resolveQuery(query, who);
  return new ItemScan(pagesOf(resolved)[Symbol.asyncIterator](), resolved.limit);
}

/** Written out, as a generator costs three turns of the microtask queue for each item. */
class ItemScan implements AsyncGenerator<TelemetryItem, void, undefined> {
  readonly #pages: AsyncIterator<Page>;
  #items: readonly TelemetryItem[] = [];
  #next = 0;
  #left: number;
  /** Calls of `next` come one after the other, however they are made. */
  #turn: Promise<unknown> | undefined;

  constructor(pages: AsyncIterator<Page>, limit: number) {
    this.#pages = pages;
    this.#left = limit;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<TelemetryItem, void>> {
    if (this.#turn === undefined && this.#left > 0 && this.#next < this.#items.length) {
      return Promise.resolve(this.#take());
    }
    const before = this.#turn;
    const turn = (async () => {
      await before;
      return this.#advance();
    })();
    this.#turn = turn;
    const clear = (): void => {
      if (this.#turn === turn) this.#turn = undefined;
    };
    turn.then(clear, clear);
    return turn;
  }

  async return(): Promise<IteratorResult<TelemetryItem, void>> {
    this.#left = 0;
    await this.#pages.return?.();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<TelemetryItem, void>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #advance(): Promise<IteratorResult<TelemetryItem, void>> {
    while (this.#left > 0 && this.#next >= this.#items.length) {
      const { value, done } = await this.#pages.next();
      if (done === true) {
        this.#left = 0;
      } else {
        this.#items = value.items;
        this.#next = 0;
      }
    }
    if (this.#left <= 0) {
      await this.return();
      return { value: undefined, done: true };
    }
    return this.#take();
  }

  #take(): IteratorYieldResult<TelemetryItem> {
    this.#left -= 1;
    const value = this.#items[this.#next] as TelemetryItem;
    this.#next += 1;
    return { value, done: false };
  }
}
