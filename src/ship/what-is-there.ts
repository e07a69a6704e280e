import { type Stats, statSync } from 'node:fs';
import { isSqliteFile } from '../storage/sqlite/file-head.js';

/** Why a path is no file whose lines can be sent; `undefined` if it may be one. */
export function problemWith(path: string): string | undefined {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return `there is none at ${path}`;
  if (stats.isDirectory()) return `${path} is a directory`;
  if (!stats.isFile()) return `${path} is a pipe or a device, which can't be read again from where a run ended`;
  return isSqliteFile(path) ? `${path} is a SQLite database: give it as the storage (rimp ship --storage)` : undefined;
}
