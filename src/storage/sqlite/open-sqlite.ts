import { resolve } from 'node:path';
import { BOOLEAN, checkOptions, oneOf, type Rule, TEXT } from '../../model/options.js';
import { FILE_MODE } from '../file-mode.js';
import { realPath } from '../real-path.js';
import { SqlEngine } from '../sql/engine.js';
import { SQLITE_RETENTION, TABLE_PREFIX } from '../sql/options.js';
import { SQLITE } from './dialect.js';
import { SqliteDriver } from './driver.js';
import type { SqliteStorageOptions } from './options.js';

const WHO = 'SqliteStorage';
const RULES: Readonly<Record<keyof SqliteStorageOptions, Rule>> = {
  path: TEXT,
  retention: SQLITE_RETENTION,
  tablePrefix: TABLE_PREFIX,
  durability: oneOf('os', 'fsync'),
  mode: FILE_MODE,
  readOnly: BOOLEAN,
};

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong. */
export function openSqlite(options: string | SqliteStorageOptions): {
  readonly engine: SqlEngine;
  readonly path: string;
} {
  const given: SqliteStorageOptions =
    typeof options === 'object' && options !== null ? options : { path: options as string };
  // a path is the one thing that has no default
  checkOptions(WHO, { ...given, path: given.path ?? null }, RULES);
  const path = resolve(given.path);
  const engine = new SqlEngine({
    who: WHO,
    place: `sqlite:${realPath(path)}`,
    dialect: SQLITE,
    driver: new SqliteDriver(path, {
      isDurable: given.durability === 'fsync',
      isReadOnly: given.readOnly === true,
      mode: given.mode,
    }),
    retention: given.retention,
    tablePrefix: given.tablePrefix,
    readOnly: given.readOnly,
  });
  return { engine, path };
}
