import { Readable } from 'node:stream';
import { TelemetryError } from '../../model/errors.js';
import { requireFromApplication, versionInApplication } from '../../runtime/application-require.js';
import { inBackground } from '../../runtime/background.js';

/** Parameters of a query, by name. */
export type Parameters = Readonly<Record<string, string | number>>;

/** As far as it is used, the client of `@clickhouse/client`. */
interface Client {
  command(request: { readonly query: string }): Promise<unknown>;
  exec(request: { readonly query: string; readonly values: Readable }): Promise<{ readonly stream: Readable }>;
  query(request: {
    readonly query: string;
    readonly query_params: Parameters;
    readonly format: 'JSONCompactEachRow';
  }): Promise<{ stream(): AsyncIterable<readonly { json(): unknown }[]>; close(): void }>;
  close(): Promise<void>;
}

interface Module {
  createClient(settings: object): Client;
}

const PACKAGE = '@clickhouse/client';
/** The client writes nothing to the console: its errors reach whoever asked. */
const LOG_OFF = 127;
/** Rows of an insert that are handed to the client at once. */
const CHUNK_ROWS = 500;

/** Speaks with a server over its HTTP interface; connects when it is first used. */
export class Connection {
  readonly #settings: Readonly<Record<string, unknown>>;
  #client: Client | undefined;

  /** @param settings - of the client. */
  constructor(settings: Readonly<Record<string, unknown>>) {
    this.#settings = settings;
  }

  /** Runs a statement that gives nothing. */
  async command(query: string): Promise<void> {
    await inBackground(() => this.#open().command({ query }));
  }

  /** Adds rows of `JSONCompactEachRow`. */
  async insert(query: string, rows: readonly string[]): Promise<void> {
    await inBackground(async () => {
      const { stream } = await this.#open().exec({
        query,
        values: Readable.from(chunksOf(rows), { objectMode: false }),
      });
      stream.resume();
      if (!stream.readableEnded)
        await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
    });
  }

  /** Rows as they arrive, each as an array. */
  async *query(query: string, parameters: Parameters): AsyncGenerator<readonly unknown[], void, undefined> {
    const result = await inBackground(() =>
      this.#open().query({ query, query_params: parameters, format: 'JSONCompactEachRow' }),
    );
    try {
      for await (const rows of result.stream()) for (const row of rows) yield row.json() as readonly unknown[];
    } finally {
      result.close();
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  #open(): Client {
    if (this.#client !== undefined) return this.#client;
    const found = requireFromApplication(PACKAGE) as Module | undefined;
    if (found === undefined) throw missing();
    this.#client = found.createClient({ log: { level: LOG_OFF }, ...this.#settings });
    return this.#client;
  }
}

/** @throws TelemetryError `RIMP_MISSING_PACKAGE` if the client is not installed; loads nothing. */
export function checkClickHousePackage(): void {
  if (versionInApplication(PACKAGE) === undefined) throw missing();
}

function missing(): TelemetryError {
  return Object.assign(
    new TelemetryError(
      'RIMP_MISSING_PACKAGE',
      `ClickHouseStorage: this needs ${PACKAGE}; install with: npm install ${PACKAGE}`,
    ),
    { permanent: true, concerns: 'storage' } as const,
  );
}

function* chunksOf(rows: readonly string[]): Generator<Buffer> {
  for (let i = 0; i < rows.length; i += CHUNK_ROWS) yield Buffer.from(`${rows.slice(i, i + CHUNK_ROWS).join('\n')}\n`);
}
