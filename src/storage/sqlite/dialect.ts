import { isEvent } from '../../model/item.js';
import type { FailureKind } from '../../pipeline/sink-failure.js';
import { kindOfErrno } from '../errno.js';
import {
  type Cell,
  EVENT_COLUMNS,
  EVENT_KIND,
  eventCells,
  METRIC_COLUMNS,
  metricCells,
  UNICODE,
} from '../sql/columns.js';
import type { Condition, SqlDialect } from '../sql/dialect.js';
import { type Statement, script, write } from '../sql/work.js';

/** See {@link SqlDialect.migrations}. */
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

/** Rows of one statement: fewer calls into the database, as long as there are many. */
const STATEMENT_ROWS = 32;

/** Primary result codes of SQLite that say something of the values alone: TOOBIG, CONSTRAINT, MISMATCH, RANGE. */
const OF_ITEMS = new Set([18, 19, 20, 25]);
/** Those of a database that takes nothing as it is: PERM, READONLY, CORRUPT, CANTOPEN, AUTH, NOTADB. */
const OF_STORAGE = new Set([3, 8, 11, 14, 23, 26]);
const CODES: Readonly<Record<string, number>> = {
  ERROR: 1,
  PERM: 3,
  READONLY: 8,
  CORRUPT: 11,
  CANTOPEN: 14,
  TOOBIG: 18,
  CONSTRAINT: 19,
  MISMATCH: 20,
  AUTH: 23,
  RANGE: 25,
  NOTADB: 26,
};

/** SQLite. */
export const SQLITE: SqlDialect = {
  migrations: MIGRATIONS,
  pageRows: 500,
  insertRows: Number.POSITIVE_INFINITY,
  begin: () => [script('BEGIN IMMEDIATE')],
  // oxlint-disable-next-line require-yield -- SQLite has nothing to be asked
  *textRule() {
    return UNICODE;
  },
  rowOf: (item, rule) => (isEvent(item) ? eventCells(item, rule) : metricCells(item, rule)),
  insert: inserts,
  selected: (column) => column,
  unindexed: (column) => `+${column}`,
  contains: (column) => `instr(${column}, ?) > 0`,
  has: (column, map, rule) => {
    const conditions: Condition[] = [];
    for (const [key, value] of Object.entries(map)) {
      // as JSON.stringify wrote it
      const json: string | undefined = typeof value === 'object' && value !== null ? '' : JSON.stringify(value);
      const text = `${JSON.stringify(key)}:${json}`;
      if (json === undefined || json === 'null' || !rule.holds(text)) continue;
      conditions.push({ sql: `instr(${column}, ?) > 0`, cells: [text] });
    }
    return conditions;
  },
  isIndexed: (query, rule) =>
    [query.source, query.traceId, query.name].some((value) => value !== undefined && rule.holds(value)),
  timeIndex: (table) => ` INDEXED BY "${table}_time"`,
  tableNamed: "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE",
  usedBytes:
    'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()',
  kindOf,
  isSchemaGone: (error) => resultCodeOf(error) === 1,
};

/** Rows in their order: each kind fills columns of its own. */
function* inserts(table: string, rows: readonly (readonly Cell[])[]): Generator<Statement> {
  for (let next = 0; next < rows.length; ) {
    const kind = rows[next]?.[0];
    let end = next + 1;
    while (end < rows.length && rows[end]?.[0] === kind) end += 1;
    const columns = kind === EVENT_KIND ? EVENT_COLUMNS : METRIC_COLUMNS;
    for (; next + STATEMENT_ROWS <= end; next += STATEMENT_ROWS) {
      yield insertion(table, columns, STATEMENT_ROWS, rows.slice(next, next + STATEMENT_ROWS).flat());
    }
    for (; next < end; next += 1) yield insertion(table, columns, 1, rows[next] as readonly Cell[]);
  }
}

const texts = new Map<string, string>();

function insertion(table: string, columns: readonly string[], rows: number, cells: readonly Cell[]): Statement {
  const key = `${table} ${columns.length} ${rows}`;
  let sql = texts.get(key);
  if (sql === undefined) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    const values = Array.from({ length: rows }, () => row).join(', ');
    sql = `INSERT INTO "${table}" (${columns.join(', ')}) VALUES ${values} ON CONFLICT DO NOTHING`;
    texts.set(key, sql);
  }
  return write(sql, cells, true);
}

function kindOf(error: unknown): FailureKind {
  const code = resultCodeOf(error);
  if (code === undefined) {
    // a value that can't be bound: no database was asked
    if (error instanceof TypeError || error instanceof RangeError) return 'item';
    // the file or its directory could not be made or looked at
    return kindOfErrno(error);
  }
  if (OF_ITEMS.has(code)) return 'item';
  return OF_STORAGE.has(code) ? 'storage' : 'transient';
}

/** The primary result code of SQLite: a number with `node:sqlite`, a name with the packages. */
function resultCodeOf(error: unknown): number | undefined {
  const { errcode, rawCode, code } = (error ?? {}) as { errcode?: unknown; rawCode?: unknown; code?: unknown };
  for (const number of [errcode, rawCode]) if (typeof number === 'number') return number & 0xff;
  // all that `libsql` says of a file that it can't open
  const atOpening = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(String((error as Partial<Error> | null)?.message))?.[1];
  if (atOpening !== undefined) return Number(atOpening) & 0xff;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  return CODES[code.split('_')[1] as string] ?? 0;
}
