import { StorageError } from '../../model/errors.js';
import type { SqlDialect } from './dialect.js';
import { inTransaction, read, script, type Work, write } from './work.js';

/**
 * Brings a database to the present schema, whatever version it has. If somebody dropped the table of items alone, it is made
 * again, and the views with it.
 *
 * @throws StorageError if a later version of the library made it.
 */
export function* migrate(dialect: SqlDialect, who: string, prefix: string, shownAs: string): Work<void> {
  const { migrations } = dialect;
  const present = migrations.length;
  const named = (sql: string): string => sql.replaceAll('"P', `"${prefix}`);
  yield* inTransaction(dialect.begin(prefix), function* () {
    yield script(named('CREATE TABLE IF NOT EXISTS "Pschema" (version integer NOT NULL)'));
    const { rows } = yield read(named('SELECT version FROM "Pschema"'));
    const [row] = rows as readonly { readonly version: number }[];
    let version = Number(row?.version ?? 0);
    if (version > present) throw later(who, shownAs, version, present);
    if (version > 0 && (yield read(dialect.tableNamed, [`${prefix}items`])).rows.length === 0) {
      yield script(named('DROP VIEW IF EXISTS "Pevents"; DROP VIEW IF EXISTS "Pmetrics"'));
      version = 0;
    }
    for (const sql of migrations.slice(version)) yield script(named(sql));
    if (row === undefined) yield write(named('INSERT INTO "Pschema" VALUES (?)'), [present]);
    else if (version < present) yield write(named('UPDATE "Pschema" SET version = ?'), [present]);
  });
}

/** A database that is opened to be read only holds no tables of ours, or none yet. */
export class NoTablesError extends StorageError {}

/**
 * Looks whether a database can be read as it is; changes nothing. A schema of any version up to the present one can: the
 * versions differ in views alone.
 *
 * @throws NoTablesError if it holds no tables of ours.
 * @throws StorageError if a later version of the library made it.
 */
export function* checkSchema(dialect: SqlDialect, who: string, prefix: string, shownAs: string): Work<void> {
  const present = dialect.migrations.length;
  let version = 0;
  try {
    const { rows } = yield read(`SELECT version FROM "${prefix}schema"`);
    version = Number((rows as readonly { readonly version: number }[])[0]?.version ?? 0);
  } catch (error) {
    if (!dialect.isSchemaGone(error)) throw error;
  }
  if (version > present) throw later(who, shownAs, version, present);
  if (version > 0) return;
  throw new NoTablesError(
    `${who}: ${shownAs} is not a RIMP database: expected a table ${prefix}schema, which a storage makes when it stores for the first time`,
    { permanent: true, concerns: 'storage' },
  );
}

function later(who: string, shownAs: string, version: number, present: number): StorageError {
  return new StorageError(
    `${who}: ${shownAs} has schema version ${version}, expected at most ${present}: a later version of rimp-telemetry made it; install that version, or use another database or tablePrefix`,
    { permanent: true, concerns: 'storage' },
  );
}
