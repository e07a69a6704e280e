import { TelemetryError } from '../../model/errors.js';
import { requireFromApplication, versionInApplication } from '../../runtime/application-require.js';

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

type Open = new (path: string) => SqliteDatabase;

/** The packages that do if Node has no SQLite of its own, the first one first. */
const PACKAGES = ['libsql', 'better-sqlite3'] as const;

/** What opens SQLite databases, and its name. */
export interface SqlitePackage {
  readonly name: string;
  readonly open: Open;
}

/**
 * What opens SQLite databases: Node's own SQLite (from 22.13 on), else `libsql` or `better-sqlite3`.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` if there is none of them.
 */
export function sqlitePackage(): SqlitePackage {
  const builtIn = builtInSqlite();
  if (builtIn !== undefined) return { name: 'node:sqlite', open: builtIn };
  for (const name of PACKAGES) {
    const open = packageOf(name);
    if (open !== undefined) return { name, open };
  }
  throw missing();
}

/** @throws TelemetryError `RIMP_MISSING_PACKAGE` if nothing is installed that opens SQLite databases; loads nothing. */
export function checkSqlitePackage(): void {
  if (builtInSqlite() === undefined && PACKAGES.every((name) => versionInApplication(name) === undefined))
    throw missing();
}

function missing(): TelemetryError {
  return Object.assign(
    new TelemetryError(
      'RIMP_MISSING_PACKAGE',
      `SqliteStorage: Node ${process.version} has no node:sqlite (22.13 or later has), and neither ${PACKAGES.join(' nor ')} is installed; install with: npm install ${PACKAGES[0]}`,
    ),
    { permanent: true, concerns: 'storage' } as const,
  );
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
