import type { ResolvedQuery } from '../../model/query.js';
import { type Cell, EVENT_KIND, isPlainText, METRIC_KIND, READ_COLUMNS } from '../sql/columns.js';

/** SQL with a `?` for each of its cells. */
export interface Statement {
  readonly sql: string;
  readonly cells: readonly Cell[];
}

/**
 * What narrows the rows down to those that may match; each is looked at once more, as one meaning has to hold for all
 * storages.
 */
export function conditionsOf(query: ResolvedQuery): Statement {
  const sql: string[] = [];
  const cells: Cell[] = [];
  const add = (condition: string, ...more: readonly Cell[]): void => {
    sql.push(condition);
    cells.push(...more);
  };
  const text = (condition: string, value: string | undefined): void => {
    if (value !== undefined && isPlainText(value)) add(condition, value);
  };
  // a plus keeps the planner from the index: rows are read by their numbers
  addTimes(query, '+time_ms', add);
  if (!(query.events && query.metrics)) add('+kind = ?', query.events ? EVENT_KIND : query.metrics ? METRIC_KIND : -1);
  if (query.eventTypes !== undefined) {
    const types = [...query.eventTypes];
    add(`event_type IN (${types.map(() => '?').join(', ')})`, ...types);
  }
  if (query.minSeverity !== undefined) add('+severity >= ?', query.minSeverity);
  text('source = ?', query.source);
  text('trace_id = ?', query.traceId);
  text('name = ?', query.name);
  text('instr(message, ?) > 0', query.text);
  for (const [column, map] of [
    ['metadata', query.metadata],
    ['tags', query.tags],
  ] as const) {
    for (const [key, value] of Object.entries(map ?? {})) {
      // as JSON.stringify wrote it
      const json = typeof value === 'object' && value !== null ? '' : JSON.stringify(value);
      if (json !== undefined && json !== 'null') text(`instr(${column}, ?) > 0`, `${JSON.stringify(key)}:${json}`);
    }
  }
  return { sql: sql.length === 0 ? '1' : sql.join(' AND '), cells };
}

/** Whether another index than that of times narrows the rows down. */
export function isIndexed(query: ResolvedQuery): boolean {
  return [query.source, query.traceId, query.name].some((value) => value !== undefined && isPlainText(value));
}

/** The numbers of the first and the last row of the times asked for. */
export function boundsOf(table: string, query: ResolvedQuery): Statement {
  const sql: string[] = [];
  const cells: Cell[] = [];
  addTimes(query, 'time_ms', (condition, cell) => {
    sql.push(condition);
    cells.push(cell);
  });
  return {
    sql: `SELECT min(seq) AS first, max(seq) AS last FROM "${table}" INDEXED BY "${table}_time" WHERE ${sql.join(' AND ')}`,
    cells,
  };
}

/** Rows with numbers in a range, in the order of their numbers. */
export function pageOf(table: string, conditions: Statement, descending: boolean): string {
  return `SELECT seq, ${READ_COLUMNS.join(', ')} FROM "${table}" WHERE seq >= ? AND seq <= ? AND ${conditions.sql} ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT ?`;
}

function addTimes(query: ResolvedQuery, column: string, add: (condition: string, cell: number) => void): void {
  if (query.startMillis > Number.NEGATIVE_INFINITY) add(`${column} >= ?`, query.startMillis);
  if (query.endMillis < Number.POSITIVE_INFINITY) add(`${column} <= ?`, query.endMillis);
}
