import { closedError, StorageError, TelemetryError, toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import { Connection } from './connection.js';
import { isTableGone, kindOf } from './failures.js';
import { type ClickHouseStorageOptions, WHO } from './options.js';
import { clickHousePlace } from './place.js';
import type { TableOptions } from './schema.js';
import { Tables } from './tables.js';

const DEFAULT_PREFIX = 'otel_';

/** The tables of one storage on their server: what its reads and its writes share. */
export class Server {
  /** What is stored to, for comparison: no password. */
  readonly location: string;
  readonly connection: Connection;
  readonly tables: Tables;
  /** Which tables are meant. */
  readonly names: TableOptions;
  readonly #shownAs: string;
  readonly #isReadOnly: boolean;
  #closed = false;

  constructor(options: ClickHouseStorageOptions) {
    const { place, url, database, username, password } = clickHousePlace(options.url);
    const { cluster, retention, tablePrefix: prefix = DEFAULT_PREFIX } = options;
    this.names = { database, prefix, cluster, maxAgeSeconds: retention?.maxAgeSeconds };
    this.location = `${place}#${prefix}`;
    this.#isReadOnly = options.readOnly === true;
    this.#shownAs = showUrl(options.url);
    this.connection = new Connection({
      application: 'rimp-telemetry',
      compression: { request: true, response: true },
      request_timeout: 60_000,
      ...options.connection,
      ...(options.readOnly === true && { clickhouse_settings: readOnlySettings(options.connection) }),
      url,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    });
    this.tables = new Tables(this.connection, this.names, WHO);
  }

  /** @throws StorageError if the tables are only read. */
  checkWritable(what: string): void {
    if (this.#isReadOnly)
      throw new StorageError(`${WHO}: ${this.#shownAs} can't ${what}: it was opened with readOnly`, {
        permanent: true,
        concerns: 'storage',
      });
  }

  /** Does work; rejects with what an error of the server's means. */
  async attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError(`${WHO}: ${this.#shownAs} was closed`);
    try {
      return await work();
    } catch (error) {
      if (error instanceof TelemetryError) throw error;
      // somebody dropped a table: it is made again
      if (isTableGone(error)) this.tables.forget();
      const kind = kindOf(error);
      throw new StorageError(`${WHO}: ${this.#shownAs} can't ${what}: ${messageOf(error)}`, {
        cause: error,
        permanent: kind === 'item',
        ...(kind === 'storage' && { concerns: 'storage' }),
      });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.connection.close();
  }
}

/** The server's setting of a session that may change its settings, and nothing else. */
function readOnlySettings(connection: ClickHouseStorageOptions['connection']): object {
  return { ...(connection?.clickhouse_settings as object | undefined), readonly: '2' };
}

/** Errors of connecting to several addresses have a text of their own only in their parts. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one) => toError(one).message).join('; ');
  return toError(error).message;
}
