import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { databaseOfUrl } from '../model/database-url.js';
import { checkClickHousePackage } from '../storage/clickhouse/connection.js';
import { checkPostgresPackage } from '../storage/postgres/driver.js';
import { checkSqlitePackage } from '../storage/sqlite/packages.js';
import { ConfigError, type TelemetryConfig } from './config.js';
import { type StorageKind, storageKindOf } from './storage-kind.js';

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/**
 * Looks whether a configuration's storage can be written, as far as that is known before anything is: the scheme of a
 * URL, the package of a database, a path that is a directory, the right to write.
 *
 * @throws ConfigError if the path is none that can be written.
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` if the package of a database is not installed.
 */
export function checkPlace(config: TelemetryConfig): void {
  const kind = storageKindOf(config);
  if (kind === 'memory') return;
  const path = config.storagePath as string;
  if (kind === 'postgres') {
    checkPostgresPackage();
    return;
  }
  if (kind === 'clickhouse') {
    checkClickHousePackage();
    return;
  }
  const problem = schemeProblem(path, kind) ?? pathProblem(resolve(path));
  if (problem !== undefined) throw new ConfigError([{ field: 'storagePath', message: problem }]);
  if (kind === 'sqlite') checkSqlitePackage();
}

function schemeProblem(path: string, kind: StorageKind): string | undefined {
  const scheme = SCHEME.exec(path)?.[1]?.toLowerCase();
  if (scheme === undefined) return undefined;
  const database = databaseOfUrl(path);
  const remedy =
    kind === 'sqlite'
      ? 'give postgres://user@host/database for PostgreSQL, clickhouse://user@host/database for ClickHouse, or the path of a file for SQLite'
      : database === undefined
        ? 'give the path of a file'
        : `give storageBackend "${database}" with it`;
  return `expected "storagePath" to be the path of a file, got a URL with the scheme "${scheme}:": ${remedy}`;
}

function pathProblem(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFIFO() === true || found?.isSocket() === true)
      return `"storagePath" is a pipe or a socket, ${path}, which keeps nothing: give the path of a file`;
    if (found?.isDirectory() === true)
      return `"storagePath" is a directory, ${path}: give the path of a file, such as ${path}/telemetry.jsonl`;
    if (mayWriteFile(path)) return undefined;
    // missing directories are made
    let directory = dirname(path);
    while (!existsSync(directory) && dirname(directory) !== directory) directory = dirname(directory);
    if (!statSync(directory).isDirectory())
      return `"storagePath" can't be written: ${directory} is not a directory; give another path`;
    accessSync(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `"storagePath" can't be written: ${code ?? 'unknown error'} at ${path}; give a path that this user may write to`;
  }
}

/** False if there is no such file: another process that rotates it takes it away between any two calls. */
function mayWriteFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
