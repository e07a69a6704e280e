import type { Delivered } from './checkpoint.js';
import type { ShipBatch } from './source.js';

/** A batch of which some parts are not delivered yet. */
class Page {
  /** Parts that are to be closed; one for the page itself. */
  parts = 1;
  readonly batch: ShipBatch;
  readonly #pages: Pages;

  constructor(pages: Pages, batch: ShipBatch) {
    this.#pages = pages;
    this.batch = batch;
  }

  /** One part is done with; true if more of the source is delivered by that. */
  close(): boolean {
    this.parts -= 1;
    return this.parts === 0 && this.#pages.advance();
  }
}

/** The batches of one source on their way: it is delivered up to the first that is not. */
export class Pages {
  #open: Page[] = [];
  #delivered: Delivered;

  /** @param former - how far earlier runs have come. */
  constructor(former: Delivered | undefined) {
    this.#delivered = former ?? { cursor: undefined, items: 0 };
  }

  /** Up to where everything was delivered, or refused for good. */
  get delivered(): Delivered {
    return this.#delivered;
  }

  open(batch: ShipBatch): Page {
    const page = new Page(this, batch);
    this.#open.push(page);
    return page;
  }

  /** Whether the first batches are delivered. */
  advance(): boolean {
    let count = 0;
    for (const { parts, batch } of this.#open) {
      if (parts > 0) break;
      count += 1;
      const upTo = batch.items.at(-1)?.timestamp.toISOString() ?? this.#delivered.upTo;
      this.#delivered = { cursor: batch.cursor, items: this.#delivered.items + batch.items.length, upTo };
    }
    this.#open.splice(0, count);
    return count > 0;
  }
}
