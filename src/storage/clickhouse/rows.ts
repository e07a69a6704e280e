import { createHash } from 'node:crypto';
import type { TelemetryData } from '../../model/data.js';
import { TABLES, type Table } from './columns.js';
import { eventRow } from './event-row.js';
import { tableOf } from './metric-columns.js';
import { metricRow } from './metric-row.js';
import { isSpan, spanRow } from './span-row.js';

/** Rows that one insert adds, its text in characters, and the days that they are of: a server takes 100 partitions. */
const INSERT_ROWS = 20_000;
const INSERT_CHARACTERS = 32 * 1024 * 1024;
const INSERT_DAYS = 90;
const DAY_SECONDS = 86_400;

/** A row on its way. */
export interface WaitingRow {
  readonly id: string;
  readonly text: string;
}

/** Rows that one insert adds. */
export interface Piece {
  readonly table: Table;
  readonly rows: readonly WaitingRow[];
}

/** What batches hold. */
export interface BatchRows {
  readonly pieces: readonly Piece[];
  /** Items that hold what JSON can't. */
  readonly bad: number;
}

/**
 * The rows of batches, in pieces. The same batches make the same pieces.
 *
 * @param nextSeq - gives the next place in the order of arrival.
 * @param columns - those that the tables have.
 */
export function rowsOf(
  batches: readonly TelemetryData[],
  nextSeq: () => string,
  columns: ReadonlyMap<Table, ReadonlySet<string>>,
): BatchRows {
  const hasEventName = columns.get('logs')?.has('EventName') === true;
  const hasScope = columns.get('traces')?.has('ScopeName') === true;
  const rows = new Map<Table, WaitingRow[]>();
  let bad = 0;
  const add = (table: Table, id: string, textOf: () => string): void => {
    let text: string;
    try {
      text = textOf();
    } catch {
      bad += 1;
      return;
    }
    const list = rows.get(table);
    if (list === undefined) rows.set(table, [{ id, text }]);
    else list.push({ id, text });
  };
  for (const { events, metrics } of batches) {
    for (const event of events) {
      const { eventId } = event;
      if (isSpan(event)) add('traces', eventId, () => spanRow(event, nextSeq(), hasScope));
      else add('logs', eventId, () => eventRow(event, nextSeq(), hasEventName));
    }
    for (const metric of metrics) add(tableOf(metric), metric.metricId, () => metricRow(metric, nextSeq()));
  }
  const pieces = TABLES.flatMap((table) => piecesOf(rows.get(table) ?? []).map((piece) => ({ table, rows: piece })));
  return { pieces, bad };
}

function piecesOf(rows: readonly WaitingRow[]): WaitingRow[][] {
  const pieces: WaitingRow[][] = [];
  let piece: WaitingRow[] = [];
  let characters = 0;
  let days = new Set<number>();
  for (const row of rows) {
    const day = dayOf(row.text);
    const isFull = piece.length >= INSERT_ROWS || characters >= INSERT_CHARACTERS;
    if (isFull || (days.size >= INSERT_DAYS && !days.has(day))) {
      pieces.push(piece);
      piece = [];
      characters = 0;
      days = new Set();
    }
    piece.push(row);
    characters += row.text.length;
    days.add(day);
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

/** The day of a row's time, its first cell. */
function dayOf(text: string): number {
  const nanos = text.slice(1, text.indexOf(','));
  return Math.floor(Number(nanos.slice(0, -9)) / DAY_SECONDS);
}

/** What a table knows a piece by that comes a second time: its items' ids. */
export function tokenOf({ table, rows }: Piece): string {
  return createHash('sha256')
    .update(JSON.stringify([table, rows.map(({ id }) => id)]))
    .digest('hex');
}
