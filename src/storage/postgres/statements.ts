import { encodeEvent, encodeMap, encodeMetric } from '../../codec/json-line-encode.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { ResolvedQuery } from '../../model/query.js';
import {
  ALL_COLUMNS,
  allCells,
  type Cell,
  EVENT_KIND,
  isPlainText,
  METRIC_KIND,
  READ_COLUMNS,
  type Row,
} from '../sql/columns.js';

const TYPES: Readonly<Record<string, string>> = {
  kind: 'smallint',
  time_ms: 'bigint',
  severity: 'smallint',
  value: 'double precision',
  metadata: 'jsonb',
  tags: 'jsonb',
  otel: 'jsonb',
};

/** Adds rows, given as one array for each column; rows whose id is there already are left as they are. */
export function insertInto(table: string): string {
  const arrays = ALL_COLUMNS.map((name, i) => `$${i + 1}::${TYPES[name] ?? 'text'}[]`);
  return `INSERT INTO "${table}" (${ALL_COLUMNS.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')}) ON CONFLICT DO NOTHING`;
}

/** The cells of an item; with its line where `jsonb` doesn't hold all of it. */
export function rowOf(item: TelemetryItem): Cell[] {
  const cells = allCells(item);
  const line = ALL_COLUMNS.indexOf('line');
  for (const [i, cell] of cells.entries()) {
    if (typeof cell !== 'string' || TYPES[ALL_COLUMNS[i] as string] !== 'jsonb' || !cell.includes('\\u')) continue;
    const json = plainJson(cell);
    if (json === cell) continue;
    cells[i] = json;
    cells[line] ??= isEvent(item) ? encodeEvent(item) : encodeMetric(item);
  }
  return cells;
}

/** One array for each column. */
export function columnsOf(rows: readonly (readonly Cell[])[]): (readonly Cell[])[] {
  return ALL_COLUMNS.map((_name, i) => rows.map((row) => row[i] ?? null));
}

/** JSON without the escapes that PostgreSQL's `jsonb` refuses: NUL, and halves of surrogate pairs. */
function plainJson(json: string): string {
  return json.replace(/\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g, (escape) => (escape.length > 2 ? '\\ufffd' : escape));
}

/** SQL of what narrows the rows down, with its cells from `$from` on. */
export function conditionsOf(query: ResolvedQuery, from: number): { readonly sql: string; readonly cells: unknown[] } {
  const sql: string[] = [];
  const cells: unknown[] = [];
  const add = (condition: string, cell: unknown): void => {
    cells.push(cell);
    sql.push(condition.replace('?', `$${from + cells.length - 1}`));
  };
  const text = (condition: string, value: string | undefined): void => {
    if (value !== undefined && isPlainText(value)) add(condition, value);
  };
  addTimes(query, add);
  if (!(query.events && query.metrics)) add('kind = ?', query.events ? EVENT_KIND : query.metrics ? METRIC_KIND : -1);
  if (query.eventTypes !== undefined) add('event_type = ANY(?::text[])', [...query.eventTypes]);
  if (query.minSeverity !== undefined) add('severity >= ?', query.minSeverity);
  text('source = ?', query.source);
  text('trace_id = ?', query.traceId);
  text('name = ?', query.name);
  text('strpos(message, ?) > 0', query.text);
  if (query.metadata !== undefined) add('metadata @> ?::jsonb', plainJson(encodeMap(finite(query.metadata))));
  if (query.tags !== undefined) add('tags @> ?::jsonb', plainJson(encodeMap(finite(query.tags))));
  return { sql: sql.length === 0 ? 'true' : sql.join(' AND '), cells };
}

/** The numbers of the first and the last row of the times asked for. */
export function boundsOf(table: string, query: ResolvedQuery): { readonly sql: string; readonly cells: unknown[] } {
  const sql: string[] = [];
  const cells: unknown[] = [];
  addTimes(query, (condition, cell) => {
    cells.push(cell);
    sql.push(condition.replace('?', `$${cells.length}`));
  });
  return { sql: `SELECT min(seq) AS first, max(seq) AS last FROM "${table}" WHERE ${sql.join(' AND ')}`, cells };
}

/** Rows with numbers in a range, `$1` to `$2`, in the order of their numbers, at most `$3`. */
export function pageOf(table: string, conditions: string, descending: boolean): string {
  const columns = READ_COLUMNS.map((name: keyof Row) => (TYPES[name] === 'jsonb' ? `${name}::text AS ${name}` : name));
  return `SELECT seq, ${columns.join(', ')} FROM "${table}" WHERE seq >= $1 AND seq <= $2 AND ${conditions} ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT $3`;
}

function addTimes(query: ResolvedQuery, add: (condition: string, cell: unknown) => void): void {
  if (query.startMillis > Number.NEGATIVE_INFINITY) add('time_ms >= ?', query.startMillis);
  if (query.endMillis < Number.POSITIVE_INFINITY) add('time_ms <= ?', query.endMillis);
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
