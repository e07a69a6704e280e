import { OWN } from './attributes.js';
import type { Piece, WaitingRow } from './rows.js';
import { tableName } from './schema.js';
import { columnsOfPlace } from './select.js';
import type { Server } from './server.js';

/** Characters of ids that one query asks for: a server reads 256 KiB of a query. */
const QUERY_CHARACTERS = 100_000;

/** Which ids of some rows are in their table already, at the times of these rows. */
export async function idsThere(server: Server, { table, rows }: Piece): Promise<ReadonlySet<string>> {
  const { own, time } = columnsOfPlace(table);
  const uid = `${own}['${OWN.id}']`;
  const there = new Set<string>();
  for (const some of portions(rows)) {
    const times = some.map(({ text }) => BigInt(text.slice(1, text.indexOf(','))));
    const [from, to] = times.reduce(
      ([least, most], one) => [one < least ? one : least, one > most ? one : most],
      [times[0] as bigint, times[0] as bigint],
    );
    const between = (of: (column: string) => string): string =>
      `${of(time)} BETWEEN ${of(`fromUnixTimestamp64Nano(toInt64(${from}))`)} AND ${of(`fromUnixTimestamp64Nano(toInt64(${to}))`)}`;
    const conditions = [between((one) => one), `${uid} IN (${some.map(({ id }) => literal(id)).join(', ')})`];
    if (table === 'logs') conditions.unshift(between((one) => `toStartOfFiveMinutes(${one})`));
    const found = server.connection.query(
      `SELECT ${uid} FROM ${tableName(server.names, table)} WHERE ${conditions.join(' AND ')}`,
      {},
    );
    for await (const [id] of found) there.add(id as string);
  }
  return there;
}

function* portions(rows: readonly WaitingRow[]): Generator<readonly WaitingRow[]> {
  let from = 0;
  let characters = 0;
  for (const [i, { id }] of rows.entries()) {
    if (characters + id.length > QUERY_CHARACTERS && i > from) {
      yield rows.slice(from, i);
      from = i;
      characters = 0;
    }
    characters += id.length + 4;
  }
  if (from < rows.length) yield rows.slice(from);
}

/** A text within SQL: there are too many ids for parameters, which travel in the URL. */
function literal(text: string): string {
  return `'${text.replace(/['\\]/g, (character) => `\\${character}`)}'`;
}
