import type { ResolvedQuery } from '../../model/query.js';
import { EVENT_KIND, METRIC_KIND, READ_COLUMNS, type TextRule } from './columns.js';
import type { Condition, SqlDialect } from './dialect.js';

/**
 * What narrows the rows down to those that may match; each is looked at once more, as one meaning has to hold for all
 * storages.
 */
export function conditionsOf(dialect: SqlDialect, query: ResolvedQuery, rule: TextRule): Condition {
  const sql: string[] = [];
  const cells: unknown[] = [];
  const add = (condition: string, ...more: readonly unknown[]): void => {
    sql.push(condition);
    cells.push(...more);
  };
  // a text that no column can hold is looked for in what was read
  const text = (condition: string, value: string | undefined): void => {
    if (value !== undefined && rule.holds(value)) add(condition, value);
  };
  // rows are read by their numbers
  addTimes(query, dialect.unindexed('time_ms'), add);
  if (!(query.events && query.metrics)) {
    add(`${dialect.unindexed('kind')} = ?`, query.events ? EVENT_KIND : query.metrics ? METRIC_KIND : -1);
  }
  if (query.eventTypes !== undefined) {
    const types = [...query.eventTypes];
    add(types.length === 0 ? '1 = 0' : `event_type IN (${types.map(() => '?').join(', ')})`, ...types);
  }
  if (query.minSeverity !== undefined) add(`${dialect.unindexed('severity')} >= ?`, query.minSeverity);
  text('source = ?', query.source);
  text('trace_id = ?', query.traceId);
  text('name = ?', query.name);
  text(dialect.contains('message'), query.text);
  for (const [column, map] of [
    ['metadata', query.metadata],
    ['tags', query.tags],
  ] as const) {
    if (map === undefined) continue;
    for (const condition of dialect.has(column, map, rule)) add(condition.sql, ...condition.cells);
  }
  return { sql: sql.length === 0 ? '1 = 1' : sql.join(' AND '), cells };
}

/** The numbers of the first and the last row of the times asked for. */
export function boundsOf(dialect: SqlDialect, table: string, query: ResolvedQuery): Condition {
  const sql: string[] = [];
  const cells: unknown[] = [];
  addTimes(query, 'time_ms', (condition, cell) => {
    sql.push(condition);
    cells.push(cell);
  });
  const from = `"${table}"${dialect.timeIndex(table)}`;
  return { sql: `SELECT min(seq) AS first, max(seq) AS last FROM ${from} WHERE ${sql.join(' AND ')}`, cells };
}

/** Rows with numbers in a range, in the order of their numbers: from, to, the conditions' cells, and how many. */
export function pageOf(dialect: SqlDialect, table: string, conditions: string, descending: boolean): string {
  const columns = READ_COLUMNS.map((name) => dialect.selected(name)).join(', ');
  const order = descending ? 'DESC' : 'ASC';
  return `SELECT seq, ${columns} FROM "${table}" WHERE seq >= ? AND seq <= ? AND ${conditions} ORDER BY seq ${order} LIMIT ?`;
}

function addTimes(query: ResolvedQuery, column: string, add: (condition: string, cell: number) => void): void {
  if (query.startMillis > Number.NEGATIVE_INFINITY) add(`${column} >= ?`, query.startMillis);
  if (query.endMillis < Number.POSITIVE_INFINITY) add(`${column} <= ?`, query.endMillis);
}
