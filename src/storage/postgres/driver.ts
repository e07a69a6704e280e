import { TelemetryError } from '../../model/errors.js';
import { requireFromApplication } from '../../runtime/application-require.js';

/** What a statement gives, as `pg` has it. */
export interface Result<R> {
  readonly rows: R[];
  readonly rowCount: number | null;
}

/** One connection. */
export interface Client {
  query<R = object>(sql: string, cells?: readonly unknown[]): Promise<Result<R>>;
  /** @param error - with one, the connection is closed rather than used again. */
  release(error?: unknown): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  removeListener(event: 'error', listener: (error: unknown) => void): unknown;
}

/** Connections of `pg`. */
export interface Pool {
  connect(): Promise<Client>;
  query<R = object>(sql: string, cells?: readonly unknown[]): Promise<Result<R>>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/**
 * Makes a pool; it connects when it is used.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` where `pg` is not installed.
 */
export function makePool(settings: Readonly<Record<string, unknown>>): Pool {
  type Module = { readonly Pool: new (settings: object) => Pool };
  const pg = requireFromApplication('pg') as (Module & { readonly default?: Module }) | undefined;
  if (pg === undefined) {
    throw Object.assign(
      new TelemetryError('RIMP_MISSING_PACKAGE', 'PostgresStorage: this needs pg; install with: npm install pg'),
      { permanent: true },
    );
  }
  const { Pool } = pg.default ?? pg;
  return new Pool(settings);
}

/** All of some work, or nothing. */
export async function inTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // a connection that is lost between two statements: the next one tells
  client.on('error', ignore);
  let failure: unknown;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = error;
    try {
      await client.query('ROLLBACK');
      // the connection is sound: the statement was not
      failure = undefined;
    } catch {
      // the connection is gone, and the transaction with it
    }
    throw error;
  } finally {
    client.removeListener('error', ignore);
    client.release(failure);
  }
}

function ignore(): void {}
