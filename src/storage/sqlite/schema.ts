import { StorageError } from '../../model/errors.js';
import { inTransaction, type SqliteDatabase } from './driver.js';

/**
 * What leads from one version of the schema to the next; a database begins at version 0. Entries are added, never changed.
 * `P` stands for the table prefix, which was checked.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE "Pitems" (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     kind INTEGER NOT NULL,
     id TEXT NOT NULL,
     time_ms INTEGER NOT NULL,
     event_type TEXT,
     severity INTEGER,
     source TEXT,
     message TEXT,
     metadata TEXT,
     trace_id TEXT,
     name TEXT,
     value REAL,
     unit TEXT,
     tags TEXT,
     otel TEXT,
     line TEXT
   );
   CREATE UNIQUE INDEX "Pitems_id" ON "Pitems" (id, kind);
   CREATE INDEX "Pitems_time" ON "Pitems" (time_ms);
   CREATE INDEX "Pitems_severity" ON "Pitems" (severity, time_ms) WHERE severity IS NOT NULL;
   CREATE INDEX "Pitems_source" ON "Pitems" (source) WHERE source IS NOT NULL;
   CREATE INDEX "Pitems_name" ON "Pitems" (name) WHERE name IS NOT NULL;
   CREATE INDEX "Pitems_trace_id" ON "Pitems" (trace_id) WHERE trace_id IS NOT NULL;`,
  // for people who look at the database with SQL
  `CREATE VIEW "Pevents" AS
     SELECT seq, id AS event_id, strftime('%Y-%m-%dT%H:%M:%fZ', time_ms / 1000.0, 'unixepoch') AS timestamp, event_type,
            severity, source, message, metadata, trace_id, otel
     FROM "Pitems" WHERE kind = 0;
   CREATE VIEW "Pmetrics" AS
     SELECT seq, id AS metric_id, strftime('%Y-%m-%dT%H:%M:%fZ', time_ms / 1000.0, 'unixepoch') AS timestamp, name,
            value, unit, tags, otel
     FROM "Pitems" WHERE kind = 1;`,
];

/** The version of the schema that this library writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a database to the present schema, whatever version it has.
 *
 * @throws StorageError where a later version of the library made it.
 */
export function migrate(database: SqliteDatabase, prefix: string, path: string): void {
  const named = (sql: string): string => sql.replaceAll('"P', `"${prefix}`);
  inTransaction(database, () => {
    database.exec(named('CREATE TABLE IF NOT EXISTS "Pschema" (version INTEGER NOT NULL)'));
    const [row] = database.prepare(named('SELECT version FROM "Pschema"')).all() as { readonly version: number }[];
    const version = row?.version ?? 0;
    if (version > SCHEMA_VERSION) {
      throw new StorageError(
        `SqliteStorage: ${path} has schema version ${version}, expected at most ${SCHEMA_VERSION}: a later version of rimp-telemetry made it`,
        { permanent: true },
      );
    }
    for (const sql of MIGRATIONS.slice(version)) database.exec(named(sql));
    if (row === undefined) database.exec(named(`INSERT INTO "Pschema" VALUES (${SCHEMA_VERSION})`));
    else if (version < SCHEMA_VERSION) database.exec(named(`UPDATE "Pschema" SET version = ${SCHEMA_VERSION}`));
  });
}
