/** The time of a row, infinite if PostgreSQL has none that is so early or so late. */
const TIMESTAMP = `CASE WHEN time_ms < -210866000000000 THEN timestamptz '-infinity'
     WHEN time_ms > 9224318000000000 THEN timestamptz 'infinity'
     ELSE to_timestamp(time_ms / 1000.0) END`;

/** See `SqlDialect.migrations`. */
export const MIGRATIONS: readonly string[] = [
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
  // to_timestamp knows no time before 4713 BC, and one such row made the whole view fail
  `DROP VIEW "Pevents";
   DROP VIEW "Pmetrics";
   CREATE VIEW "Pevents" AS
     SELECT seq, id AS event_id, ${TIMESTAMP} AS timestamp, event_type, severity, source, message, metadata, trace_id,
            otel
     FROM "Pitems" WHERE kind = 0;
   CREATE VIEW "Pmetrics" AS
     SELECT seq, id AS metric_id, ${TIMESTAMP} AS timestamp, name, value, unit, tags, otel
     FROM "Pitems" WHERE kind = 1;`,
];
