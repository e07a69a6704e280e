import { encodeEvent, encodeMap, encodeMetric } from '../../codec/json-line-encode.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { FailureKind } from '../../pipeline/sink-failure.js';
import { ALL_COLUMNS, ASCII, allCells, type Cell, type TextRule, UNICODE } from '../sql/columns.js';
import type { SqlDialect } from '../sql/dialect.js';
import { read, type Statement, script, type Work, write } from '../sql/work.js';
import { MIGRATIONS } from './migrations.js';

const TYPES: Readonly<Record<string, string>> = {
  kind: 'smallint',
  time_ms: 'bigint',
  severity: 'smallint',
  value: 'double precision',
  metadata: 'jsonb',
  tags: 'jsonb',
  otel: 'jsonb',
};
const MAX_SMALLINT = 32_767;
const LINE = ALL_COLUMNS.indexOf('line');
const SEVERITY = ALL_COLUMNS.indexOf('severity');

/**
 * Classes of SQLSTATE that say something of the values alone: data exception, integrity constraint, check option,
 * program limit (an index row too long), and what a trigger of the user's raises.
 */
const OF_ITEMS: readonly string[] = ['22', '23', '44', '54', 'P0'];
/** Those of a database that takes nothing as it is: no such role, database or schema, no right to write, read only. */
const OF_STORAGE: readonly string[] = ['0A', '25', '28', '3D', '3F', '42'];

/** PostgreSQL, from version 12 on. */
export const POSTGRES: SqlDialect = {
  migrations: MIGRATIONS,
  pageRows: 1_000,
  insertRows: 5_000,
  // numbers are given in the order in which they become visible: who reads on by number misses nothing
  begin: (prefix) => [script('BEGIN'), read('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [prefix])],
  *textRule(): Work<TextRule> {
    const { rows } = yield read('SHOW server_encoding');
    return (rows[0] as { readonly server_encoding?: string } | undefined)?.server_encoding === 'UTF8' ? UNICODE : ASCII;
  },
  rowOf,
  insert: inserts,
  selected: (column) => (TYPES[column] === 'jsonb' ? `${column}::text AS ${column}` : column),
  unindexed: (column) => column,
  contains: (column) => `strpos(${column}, ?) > 0`,
  has: (column, map, rule) => [{ sql: `${column} @> ?::jsonb`, cells: [storable(encodeMap(finite(map)), rule)] }],
  isIndexed: () => false,
  timeIndex: () => '',
  tableNamed: 'SELECT 1 AS found WHERE to_regclass(quote_ident(?)) IS NOT NULL',
  kindOf,
  isSchemaGone: (error) => codeOf(error) === '42P01',
};

/** The cells of an item; with its line if a column doesn't hold all of it. */
function rowOf(item: TelemetryItem, rule: TextRule): Cell[] {
  const cells = allCells(item, rule);
  for (const [i, cell] of cells.entries()) {
    if (typeof cell !== 'string' || TYPES[ALL_COLUMNS[i] as string] !== 'jsonb') continue;
    const json = storable(cell, rule);
    if (json === cell) continue;
    cells[i] = json;
    cells[LINE] ??= rule.json(isEvent(item) ? encodeEvent(item) : encodeMetric(item));
  }
  const severity = cells[SEVERITY];
  // the column is there to be asked for; the exact number is in `otel`
  if (typeof severity === 'number')
    cells[SEVERITY] = Number.isNaN(severity)
      ? null
      : Math.floor(Math.max(-MAX_SMALLINT, Math.min(MAX_SMALLINT, severity)));
  return cells;
}

/** Rows, given as one array for each column. */
function inserts(table: string, rows: readonly (readonly Cell[])[]): Statement[] {
  const arrays = ALL_COLUMNS.map((name) => `?::${TYPES[name] ?? 'text'}[]`);
  const columns = ALL_COLUMNS.map((_name, i) => rows.map((row) => row[i] ?? null));
  const sql = `INSERT INTO "${table}" (${ALL_COLUMNS.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')}) ON CONFLICT DO NOTHING`;
  return [write(sql, columns)];
}

/** JSON without what `jsonb` refuses: the escapes of NUL and of halves of surrogate pairs, and what the encoding lacks. */
function storable(json: string, rule: TextRule): string {
  const plain = json.includes('\\u')
    ? json.replace(/\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g, (escape) => (escape.length > 2 ? REPLACEMENT : escape))
    : json;
  return rule.holds(plain) ? plain : rule.plain(plain);
}

const REPLACEMENT = '\\ufffd';

function kindOf(error: unknown): FailureKind {
  const code = codeOf(error);
  if (code === undefined) {
    // a value that the client can't send: no server was asked
    return error instanceof TypeError || error instanceof RangeError ? 'item' : 'transient';
  }
  if (code === '42P01') return 'transient';
  const kind = code.slice(0, 2);
  if (OF_ITEMS.includes(kind)) return 'item';
  // one field of more than a gigabyte
  if (code === 'XX000' && /memory alloc request size/.test(String((error as Error).message))) return 'item';
  return OF_STORAGE.includes(kind) ? 'storage' : 'transient';
}

/** The SQLSTATE of an error of the server's. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Numbers that JSON has no form for as the text that stands for them. */
function finite(map: object): object {
  return JSON.parse(
    JSON.stringify(map, (_key, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value)
        ? String(value)
        : value instanceof Uint8Array
          ? (JSON.parse(encodeMap({ value })) as { value: unknown }).value
          : value,
    ),
  ) as object;
}
