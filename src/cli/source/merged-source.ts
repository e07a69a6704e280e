import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import { type FollowOptions, type ItemSource, type Items, lastOf, sumOf } from './source.js';

const PAGE_ITEMS = 1_000;

/** Several sources as one: what is there by time, what comes as it comes. */
export class MergedItems implements ItemSource {
  readonly name: string;
  readonly parts: readonly ItemSource[];

  constructor(sources: readonly ItemSource[]) {
    this.parts = sources;
    this.name = sources.map(({ name }) => name).join(', ');
  }

  get totalBytes(): number | undefined {
    const sizes = this.parts.map(({ totalBytes }) => totalBytes);
    return sizes.some((size) => size === undefined) ? undefined : sizes.reduce<number>((sum, n) => sum + (n ?? 0), 0);
  }

  get bytesRead(): number {
    return this.parts.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  }

  get unreadable(): Readonly<Record<string, number>> {
    return sumOf(this.parts.map(({ unreadable }) => unreadable));
  }

  async *pages(query: TelemetryQuery): AsyncGenerator<Items, void, undefined> {
    const sign = query.order === 'desc' ? -1 : 1;
    const readers = this.parts.map((source) => new Reader(source.pages(query)));
    try {
      for (const reader of readers) await reader.fill();
      let page: TelemetryItem[] = [];
      for (;;) {
        let first: Reader | undefined;
        for (const reader of readers) {
          if (reader.item === undefined) continue;
          if (first?.item === undefined || sign * (reader.millis - first.millis) < 0) first = reader;
        }
        if (first?.item === undefined) break;
        page.push(first.item);
        if (!first.advance()) await first.fill();
        if (page.length < PAGE_ITEMS) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    } finally {
      for (const reader of readers) await reader.close();
    }
  }

  async *follow(query: TelemetryQuery, options: FollowOptions): AsyncGenerator<Items, void, undefined> {
    const streams = this.parts.map((source) => source.follow(query, options)[Symbol.asyncIterator]());
    // the first page of each is what was there
    const firsts = await Promise.all(streams.map((stream) => stream.next()));
    const there = firsts.flatMap(({ value }) => [...((value as Items | undefined) ?? [])]);
    there.sort((a, b) => a.timestamp.getTime() - b.timestamp.getTime());
    yield await lastOf(only(there), options.last);
    const next = async (index: number): Promise<Step> => ({
      index,
      step: await (streams[index] as AsyncIterator<Items>).next(),
    });
    const waiting = new Map<number, Promise<Step>>();
    firsts.forEach(({ done }, index) => {
      if (done !== true) waiting.set(index, next(index));
    });
    while (waiting.size > 0) {
      const { index, step } = await Promise.race(waiting.values());
      if (step.done === true) {
        waiting.delete(index);
        continue;
      }
      waiting.set(index, next(index));
      yield step.value;
    }
  }

  async close(): Promise<void> {
    for (const source of this.parts) await source.close();
  }
}

interface Step {
  readonly index: number;
  readonly step: IteratorResult<Items>;
}

async function* only(items: Items): AsyncGenerator<Items> {
  yield items;
}

/** The items of one source, one at hand. */
class Reader {
  readonly #pages: AsyncIterator<Items>;
  #items: Items = [];
  #next = 0;

  constructor(pages: AsyncIterable<Items>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  get item(): TelemetryItem | undefined {
    return this.#items[this.#next];
  }

  get millis(): number {
    return this.item?.timestamp.getTime() ?? Number.NaN;
  }

  /** Goes on; false if more has to be read. */
  advance(): boolean {
    this.#next += 1;
    return this.#next < this.#items.length;
  }

  /** Reads the next page that holds something; none if there is no more. */
  async fill(): Promise<void> {
    this.#next = 0;
    for (;;) {
      const { value, done } = await this.#pages.next();
      this.#items = done === true ? [] : value;
      if (done === true || this.#items.length > 0) return;
    }
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}
