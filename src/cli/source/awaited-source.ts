import { statSync } from 'node:fs';
import type { TelemetryQuery } from '../../model/query.js';
import { pause } from '../../runtime/pause.js';
import { type FollowOptions, type ItemSource, type Items, POLL_MILLIS } from './source.js';

/** A database in a file that is not there yet, or empty: somebody makes it while it is followed. */
export class AwaitedItems implements ItemSource {
  readonly name: string;
  readonly #open: () => Promise<ItemSource>;
  #source: ItemSource | undefined;

  /** @param open - opens what is there then. */
  constructor(path: string, open: () => Promise<ItemSource>) {
    this.name = path;
    this.#open = open;
  }

  get totalBytes(): number | undefined {
    return this.#source?.totalBytes;
  }

  get bytesRead(): number {
    return this.#source?.bytesRead ?? 0;
  }

  get unreadable(): Readonly<Record<string, number>> {
    return this.#source?.unreadable ?? {};
  }

  async *pages(query: TelemetryQuery): AsyncGenerator<Items, void, undefined> {
    if (!this.#isThere()) return;
    this.#source ??= await this.#open();
    yield* this.#source.pages(query);
  }

  async *follow(query: TelemetryQuery, options: FollowOptions): AsyncGenerator<Items, void, undefined> {
    options.note(`waiting for ${this.name}`);
    yield [];
    while (!this.#isThere()) {
      if (options.signal.aborted) return;
      await pause(POLL_MILLIS, options.signal);
    }
    this.#source = await this.#open();
    // all that is in it came while it was waited for
    yield* this.#source.follow(query, { ...options, last: Number.POSITIVE_INFINITY });
  }

  async close(): Promise<void> {
    await this.#source?.close();
  }

  #isThere(): boolean {
    return (statSync(this.name, { throwIfNoEntry: false })?.size ?? 0) > 0;
  }
}
