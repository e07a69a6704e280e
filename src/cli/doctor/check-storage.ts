import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkPlace } from '../../collector/check-place.js';
import { type StorageBackend, TelemetryConfig } from '../../collector/config.js';
import { type StorageKind, storageKindOf } from '../../collector/storage-kind.js';
import { databaseOfUrl, isSqliteName } from '../../model/database-url.js';
import { TelemetryError, toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import type { Env } from '../../otlp/config/settings.js';
import { isSqliteFile } from '../../storage/sqlite/file-head.js';
import { type Finding, ok } from './finding.js';
import { openClickHouse } from './open-clickhouse.js';
import { openFile, openSqlite } from './open-file.js';
import { openPostgres } from './open-postgres.js';

const ID = 'storage';

/** Opens the storage that the environment or an option names, in the current directory, and leaves it as it was. */
export async function checkStorage(given: string | undefined, env: Env): Promise<Finding> {
  const wanted = TelemetryConfig.fromEnv(env);
  const path = given ?? wanted.storagePath;
  const backend = wanted.storageBackend;
  if (path === undefined && backend === 'memory') return ok(ID, 'no storage path is given');
  // the option may name any storage, whatever the environment says
  const storageBackend = backend === 'memory' && path !== undefined ? backendOf(path) : backend;
  const config = new TelemetryConfig({ storageBackend, storagePath: path });
  let kind: StorageKind | undefined;
  try {
    config.validate();
    kind = storageKindOf(config);
    if (!isServer(kind) && statSync(path as string, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new Error('it is a directory');
    checkPlace(config);
    return ok(ID, await openingOf(kind, path as string));
  } catch (error) {
    return failed(path, kind, error);
  }
}

function openingOf(kind: StorageKind, path: string): string | Promise<string> {
  if (kind === 'postgres') return openPostgres(path);
  if (kind === 'clickhouse') return openClickHouse(path);
  return kind === 'sqlite' ? openSqlite(resolve(path)) : openFile(resolve(path));
}

function failed(path: string | undefined, kind: StorageKind | undefined, error: unknown): Finding {
  const isMissing = error instanceof TelemetryError && error.code === 'RIMP_MISSING_PACKAGE';
  const shown = isServer(kind) ? showUrl(path ?? '') : resolve(path ?? '');
  const isConfig = error instanceof TelemetryError;
  const fixes = {
    memory: '',
    file: 'RIMP_STORAGE_PATH=<a file in a directory that this user may write to>',
    sqlite: 'RIMP_STORAGE_PATH=<an SQLite database in a directory that this user may write to>',
    clickhouse: 'RIMP_STORAGE_PATH=clickhouse://<user>:<password>@<host>:<port>/<database>',
    postgres: 'RIMP_STORAGE_PATH=postgres://<user>:<password>@<host>:<port>/<database>',
  };
  return {
    id: ID,
    level: 'error',
    what: isConfig ? toError(error).message : `${shown} can't be written: ${toError(error).message}`,
    why: 'what is collected waits in memory, and is lost when the queue is full or the process ends',
    fix: isMissing ? `npm install ${packageOf(kind)}` : fixes[kind ?? 'file'],
  };
}

function isServer(kind: StorageKind | undefined): boolean {
  return kind === 'postgres' || kind === 'clickhouse';
}

function packageOf(kind: StorageKind | undefined): string {
  if (kind === 'clickhouse') return '@clickhouse/client';
  return kind === 'postgres' ? 'pg' : 'libsql';
}

/** What a path looks like, if nothing says which storage is meant. */
function backendOf(path: string): StorageBackend {
  const database = databaseOfUrl(path);
  if (database !== undefined) return database;
  return isSqliteName(path) || isSqliteFile(path) ? 'sqlite' : 'file';
}
