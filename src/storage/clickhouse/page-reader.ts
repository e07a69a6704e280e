import type { TelemetryItem } from '../../model/item.js';
import { type ResolvedQuery, wrongCursor } from '../../model/query.js';
import { fixedCursor, type Page } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { TABLES, type Table } from './columns.js';
import { type EventRow, eventOfRow } from './event-row.js';
import { merge, type Placed } from './merge.js';
import type { MetricRow } from './metric-columns.js';
import { metricOfRow } from './metric-row.js';
import { WHO } from './options.js';
import { SEQ_INDEX, tableName } from './schema.js';
import { columnsOf, selectOf } from './select.js';
import { SeqParts } from './seq-parts.js';
import type { Server } from './server.js';
import { spanOfRow } from './span-of-row.js';
import type { SpanRow } from './span-row.js';
import type { Position } from './stretch.js';

/** Rows of a table that one query reads, at most: what a server sorts at once. */
const PAGE_ROWS = 100_000;
/** Items of a page. */
const PAGE_ITEMS = 1_000;
const CURSOR = /^(\d{1,19})\.(\d)\.(\d{1,20})$/;

/** Reads all tables together, in the order of arrival. */
export class PageReader {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  async *pages(query: ResolvedQuery): AsyncGenerator<Page, void, undefined> {
    const after = query.after === undefined ? undefined : positionOf(query.after);
    const matches = matcherOf(query);
    const { tables } = this.#server;
    const [there, counts] = await this.#server.attempt('be read', () => Promise.all([tables.there(), tables.rows()]));
    const sources = TABLES.flatMap((table, rank) => {
      const columns = there.get(table);
      const isAsked = table === 'logs' || table === 'traces' ? query.events : query.metrics;
      const count = counts.get(table) ?? Number.POSITIVE_INFINITY;
      if (columns === undefined || !isAsked || count === 0) return [];
      // a window of time says enough by itself
      const inParts = count > PAGE_ROWS && columns.has(SEQ_INDEX) && !Number.isFinite(query.startMillis);
      const parts = inParts ? new SeqParts(query.descending, after?.seq) : undefined;
      return [this.#rowsOf(table, rank, columns, query, after, parts)];
    });
    let placed: Placed[] = [];
    const page = (): Page => {
      const of = placed;
      placed = [];
      return { items: of.map(({ item }) => item), cursorAt: (index) => fixedCursor(cursorOf(of[index] as Placed)) };
    };
    const enough = Math.min(PAGE_ITEMS, query.limit);
    for await (const one of merge(sources, query.descending)) {
      if (!matches(one.item)) continue;
      placed.push(one);
      if (placed.length >= enough) yield page();
    }
    if (placed.length > 0) yield page();
  }

  /** The rows of one table that may match. */
  async *#rowsOf(
    table: Table,
    rank: number,
    columns: ReadonlySet<string>,
    query: ResolvedQuery,
    from: Position | undefined,
    parts: SeqParts | undefined,
  ): AsyncGenerator<Placed, void, undefined> {
    const name = tableName(this.#server.names, table);
    const read = columnsOf(table);
    let after = from;
    for (let size = Math.min(query.limit + 10, PAGE_ROWS); ; size = Math.min(size * 4, PAGE_ROWS)) {
      const until = parts?.endOf(after?.seq);
      const { sql, parameters } = selectOf(table, name, columns, query, { after, until }, rank, size);
      const rows = this.#server.connection.query(sql, parameters);
      let count = 0;
      let first: Position | undefined;
      try {
        for (;;) {
          const { value: cells, done } = await this.#server.attempt('be read', () => rows.next());
          if (done === true) break;
          count += 1;
          after = { seq: BigInt(cells[0] as string), rank, tie: BigInt(cells[1] as string) };
          const row = Object.fromEntries(read.map((column, i) => [column, cells[i + 2]]));
          first ??= after;
          yield { ...after, item: itemOf(table, row, after) };
        }
      } finally {
        await rows.return();
      }
      if (count >= size) parts?.fit((first as Position).seq, (after as Position).seq);
      else if (until === undefined) return;
      else {
        parts?.widen();
        // behind all rows of that place
        after = { seq: until, rank: query.descending ? -1 : TABLES.length, tie: 0n };
      }
    }
  }
}

function itemOf(table: Table, row: object, place: Position): TelemetryItem {
  const id = (): string => `${place.seq.toString(16)}-${place.rank}-${place.tie.toString(16)}`;
  if (table === 'logs') return eventOfRow(row as EventRow, id);
  return table === 'traces' ? spanOfRow(row as SpanRow, id) : metricOfRow(row as MetricRow, table, id);
}

function cursorOf({ seq, rank, tie }: Position): string {
  return `${seq}.${rank}.${tie}`;
}

function positionOf(cursor: string): Position {
  const [, seq, rank, tie] = CURSOR.exec(cursor) ?? [];
  if (seq === undefined || rank === undefined || tie === undefined) throw wrongCursor(WHO, cursor);
  return { seq: BigInt(seq), rank: Number(rank), tie: BigInt(tie) };
}
