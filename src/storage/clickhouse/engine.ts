import type { TelemetryData } from '../../model/data.js';
import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import { retrievePages, scanPages } from '../pages.js';
import { BatchInsert } from './batch-insert.js';
import { type ClickHouseStorageOptions, checkClickHouseOptions, WHO } from './options.js';
import { PageReader } from './page-reader.js';
import { truncateStatements } from './schema.js';
import { Server } from './server.js';

/** What a storage in ClickHouse does. */
export class ClickHouseEngine {
  readonly #server: Server;
  readonly #insert: BatchInsert;
  readonly #reader: PageReader;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong. */
  constructor(options: string | ClickHouseStorageOptions) {
    const given = checkClickHouseOptions(options);
    this.#server = new Server(given);
    this.#insert = new BatchInsert(this.#server, given);
    this.#reader = new PageReader(this.#server);
  }

  get location(): string {
    return this.#server.location;
  }

  storeMany(batches: readonly TelemetryData[]): Promise<void> {
    return this.#insert.storeMany(batches);
  }

  storeMissing(data: TelemetryData): Promise<number> {
    return this.#insert.storeMissing(data);
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }

  async clear(): Promise<void> {
    const { connection, names, tables } = this.#server;
    this.#server.checkWritable('be emptied');
    await this.#server.attempt('be emptied', async () => {
      for (const table of (await tables.there()).keys()) {
        for (const statement of truncateStatements(names, table)) await connection.command(statement);
      }
    });
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
