import { TelemetryError } from '../../model/errors.js';
import { requireFromApplication, versionInApplication } from '../../runtime/application-require.js';
import { inBackground } from '../../runtime/background.js';
import type { SqlDriver } from '../sql/dialect.js';
import { type Outcome, runAsync, type Statement, type Work } from '../sql/work.js';

/** What a statement gives, as `pg` has it. */
interface Result {
  readonly rows: object[];
  readonly rowCount: number | null;
}

/** One connection. */
interface Client {
  query(sql: string, cells?: readonly unknown[]): Promise<Result>;
  /** @param error - with one, the connection is closed rather than used again. */
  release(error?: unknown): void;
  on(event: 'error' | 'end', listener: (error: unknown) => void): unknown;
  readonly connection?: { readonly stream?: { destroy(): unknown } };
}

/** Connections of `pg`. */
interface Pool {
  connect(): Promise<Client>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

interface Module {
  readonly Pool: new (settings: object) => Pool;
  readonly Client: new (settings: object) => Client;
}

/** Numbers come as they are stored, whatever the server, the database or the role is set to. */
const WHOLE_NUMBERS = 'SET extra_float_digits = 1';

/** How long connections may take to end by themselves, in milliseconds: a server that is frozen never answers. */
const END_MILLIS = 1_000;

/** Does work in PostgreSQL, on a few connections that are made when they are needed. */
export class PostgresDriver implements SqlDriver {
  readonly generation = 1;
  readonly shownAs: string;
  readonly #settings: Readonly<Record<string, unknown>>;
  /** All connections, also those that are not made yet. */
  readonly #clients = new Set<Client>();
  /** Those that give whole numbers. */
  readonly #prepared = new WeakSet<Client>();
  #pool: Pool | undefined;

  /** @param settings - of `pg`'s pool. */
  constructor(settings: Readonly<Record<string, unknown>>, shownAs: string) {
    this.#settings = settings;
    this.shownAs = shownAs;
  }

  /** Whoever asks: no request is charged with the connections and statements of a storage. */
  run<T>(work: () => Work<T>): Promise<T> {
    return inBackground(() => this.#run(work));
  }

  async #run<T>(work: () => Work<T>): Promise<T> {
    this.#pool ??= this.#makePool();
    const client = await this.#pool.connect();
    let broken: unknown;
    const ask = async <R>(request: () => Promise<R>): Promise<R> => {
      try {
        return await request();
      } catch (error) {
        if (!isOfServer(error)) broken = error;
        throw error;
      }
    };
    try {
      if (!this.#prepared.has(client)) {
        await ask(() => client.query(WHOLE_NUMBERS).catch(unlessOfServer));
        this.#prepared.add(client);
      }
      return await runAsync(work(), (statement) => ask(() => execute(client, statement)));
    } finally {
      client.release(broken);
    }
  }

  async breathe(): Promise<void> {
    // a network is between two pages anyway
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    if (pool === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_MILLIS);
    });
    await Promise.race([pool.end().catch(ignore), late]);
    clearTimeout(timer);
    for (const client of this.#clients) client.connection?.stream?.destroy();
    this.#clients.clear();
  }

  #makePool(): Pool {
    const pg = requireFromApplication('pg') as (Module & { readonly default?: Module }) | undefined;
    if (pg === undefined) throw missing();
    const clients = this.#clients;
    const { Pool, Client } = pg.default ?? pg;
    // a connection may fail at any moment of its life, and an emitter that nobody listens to ends the process
    class Listened extends Client {
      constructor(settings: object) {
        super(settings);
        clients.add(this);
        this.on('error', ignore);
        this.on('end', () => clients.delete(this));
      }
    }
    // connections that nobody uses keep no process alive
    const pool = new Pool({ allowExitOnIdle: true, ...this.#settings, Client: Listened });
    // the next connection is made when it is needed, and what was under way rejects
    pool.on('error', ignore);
    return pool;
  }
}

/** @throws TelemetryError `RIMP_MISSING_PACKAGE` if `pg` is not installed; loads nothing. */
export function checkPostgresPackage(): void {
  if (versionInApplication('pg') === undefined) throw missing();
}

function missing(): TelemetryError {
  return Object.assign(
    new TelemetryError('RIMP_MISSING_PACKAGE', 'PostgresStorage: this needs pg; install with: npm install pg'),
    { permanent: true, concerns: 'storage' } as const,
  );
}

async function execute(client: Client, { sql, cells, does }: Statement): Promise<Outcome> {
  if (does === 'script') {
    await client.query(sql);
    return { rows: [], changes: 0 };
  }
  let number = 0;
  const numbered = sql.replace(/\?/g, () => {
    number += 1;
    return `$${number}`;
  });
  const { rows, rowCount } = await client.query(numbered, cells);
  return { rows, changes: rowCount ?? 0 };
}

/** Whether a server said that a statement was wrong: then the connection is sound. */
function isOfServer(error: unknown): boolean {
  const { severity } = (error ?? {}) as { readonly severity?: unknown };
  return severity === 'ERROR';
}

/** A server that is like PostgreSQL may not know a setting. */
function unlessOfServer(error: unknown): void {
  if (!isOfServer(error)) throw error;
}

function ignore(): void {}
