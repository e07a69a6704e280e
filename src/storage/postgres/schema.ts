import { StorageError } from '../../model/errors.js';
import { inTransaction, type Pool } from './driver.js';

/**
 * What leads from one version of the schema to the next; a database begins at version 0. Entries are added, never changed.
 * `P` stands for the table prefix, which was checked.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE "Pitems" (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     kind smallint NOT NULL,
     id text NOT NULL,
     time_ms bigint NOT NULL,
     event_type text,
     severity smallint,
     source text,
     message text,
     metadata jsonb,
     trace_id text,
     name text,
     value double precision,
     unit text,
     tags jsonb,
     otel jsonb,
     line text
   );
   CREATE UNIQUE INDEX "Pitems_id" ON "Pitems" (id, kind);
   CREATE INDEX "Pitems_time" ON "Pitems" (time_ms, seq);
   CREATE INDEX "Pitems_trace_id" ON "Pitems" (trace_id, seq) WHERE trace_id IS NOT NULL;
   CREATE INDEX "Pitems_metadata" ON "Pitems" USING gin (metadata jsonb_path_ops);
   CREATE INDEX "Pitems_tags" ON "Pitems" USING gin (tags jsonb_path_ops);`,
  // for people who look at the database with SQL
  `CREATE VIEW "Pevents" AS
     SELECT seq, id AS event_id, to_timestamp(time_ms / 1000.0) AS timestamp, event_type, severity, source, message,
            metadata, trace_id, otel
     FROM "Pitems" WHERE kind = 0;
   CREATE VIEW "Pmetrics" AS
     SELECT seq, id AS metric_id, to_timestamp(time_ms / 1000.0) AS timestamp, name, value, unit, tags, otel
     FROM "Pitems" WHERE kind = 1;`,
];

/** The version of the schema that this library writes. */
const SCHEMA_VERSION = MIGRATIONS.length;

/** Has others who write to the same tables wait until the transaction is over. */
export const LOCK = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';

/**
 * Brings a database to the present schema, whatever version it has.
 *
 * @throws StorageError where a later version of the library made it.
 */
export async function migrate(pool: Pool, prefix: string): Promise<void> {
  const named = (sql: string): string => sql.replaceAll('"P', `"${prefix}`);
  await inTransaction(pool, async (client) => {
    await client.query(LOCK, [prefix]);
    await client.query(named('CREATE TABLE IF NOT EXISTS "Pschema" (version integer NOT NULL)'));
    const { rows } = await client.query<{ readonly version: number }>(named('SELECT version FROM "Pschema"'));
    const version = rows[0]?.version ?? 0;
    if (version > SCHEMA_VERSION) {
      throw new StorageError(
        `PostgresStorage: the database has schema version ${version}, expected at most ${SCHEMA_VERSION}: a later version of rimp-telemetry made it`,
        { permanent: true },
      );
    }
    for (const sql of MIGRATIONS.slice(version)) await client.query(named(sql));
    if (rows.length === 0) await client.query(named(`INSERT INTO "Pschema" VALUES (${SCHEMA_VERSION})`));
    else await client.query(named(`UPDATE "Pschema" SET version = ${SCHEMA_VERSION}`));
  });
}
