import { TelemetryError } from '../../model/errors.js';
import { requireFromApplication } from '../../runtime/application-require.js';

/** A prepared statement, as `node:sqlite`, `libsql` and `better-sqlite3` all have it. */
export interface SqliteStatement {
  run(...cells: readonly unknown[]): { readonly changes: number | bigint };
  all(...cells: readonly unknown[]): unknown[];
}

/** A database, as all three have it. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/** The packages that do where Node has no SQLite of its own, the first one first. */
const PACKAGES = ['libsql', 'better-sqlite3'] as const;

type Open = new (path: string) => SqliteDatabase;

/**
 * Opens a SQLite database: with Node's own SQLite (from 22.13 on), else with `libsql` or `better-sqlite3`.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` where there is none of them.
 */
export function openSqlite(path: string): SqliteDatabase {
  const builtIn = builtInSqlite();
  if (builtIn !== undefined) return new builtIn(path);
  for (const name of PACKAGES) {
    const found = packageOf(name);
    if (found !== undefined) return new found(path);
  }
  throw Object.assign(
    new TelemetryError(
      'RIMP_MISSING_PACKAGE',
      `SqliteStorage: Node ${process.version} has no node:sqlite (22.13 or later has), and neither ${PACKAGES.join(' nor ')} is installed; install with: npm install ${PACKAGES[0]}`,
    ),
    { permanent: true },
  );
}

/** All of some work, or nothing. */
export function inTransaction(database: SqliteDatabase, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // SQLite has done so itself, as it does when the disk is full
    }
    throw error;
  }
}

function builtInSqlite(): Open | undefined {
  // an SQLite that is still behind a flag is not listed
  const found = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync?: Open } | undefined;
  return found?.DatabaseSync;
}

function packageOf(name: string): Open | undefined {
  const found = requireFromApplication(name) as Open | { readonly default: Open } | undefined;
  return typeof found === 'object' ? found.default : found;
}
