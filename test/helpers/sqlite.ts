import { createRequire } from 'node:module';
import { join } from 'node:path';

interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): { all(...cells: unknown[]): unknown[] };
  close(): unknown;
}
type Open = new (path: string) => Database;

/** Opens a database beside the library: with Node's own SQLite, or with libsql. */
export function openDatabase(path: string): Database {
  const builtIn = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: Open } | undefined;
  const found = builtIn?.DatabaseSync ?? (createRequire(join(process.cwd(), 'noop.js'))('libsql') as Open);
  return new found(path);
}
