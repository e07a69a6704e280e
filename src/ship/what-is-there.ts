import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';

const SQLITE = 'SQLite format 3';

/** Why a path is no file whose lines can be sent; `undefined` if it may be one. */
export function problemWith(path: string): string | undefined {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return `there is none at ${path}`;
  if (stats.isDirectory()) return `${path} is a directory`;
  if (!stats.isFile()) return `${path} is a pipe or a device, which can't be read again from where a run ended`;
  return isSqlite(path) ? `${path} is a SQLite database: give it as the storage (rimp ship --storage)` : undefined;
}

function isSqlite(path: string): boolean {
  const head = Buffer.alloc(SQLITE.length);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // whoever reads it gets the error, and may try again
    return false;
  }
  try {
    return readSync(file, head) === head.length && head.toString('latin1') === SQLITE;
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}
