import type { Conditions } from './conditions.js';

/** The place of a row in the order of a storage. */
export interface Position {
  /** Nanoseconds since the Unix epoch: when it arrived, or of somebody else's row its own time. */
  readonly seq: bigint;
  /** Index of its table. */
  readonly rank: number;
  /** Distinguishes somebody else's rows of the same time. */
  readonly tie: bigint;
}

/** Which part of a table's order is asked for; both ends may be open. */
export interface Stretch {
  /** Exclusive. */
  readonly after: Position | undefined;
  /** A place, inclusive. */
  readonly until: bigint | undefined;
}

/** What SQL calls a row's place. */
interface PlaceSql {
  readonly seq: string;
  readonly tie: string;
  /** What the index of places knows, 0 of somebody else's rows; `undefined`: the table has no such index. */
  readonly indexed: string | undefined;
}

/**
 * Asks for a part of a table's order.
 *
 * @param rank - the table's.
 * @returns the settings that the query needs, as its end.
 */
export function addStretch(
  conditions: Conditions,
  { seq, tie, indexed }: PlaceSql,
  { after, until }: Stretch,
  rank: number,
  descending: boolean,
): string {
  if (after === undefined && until === undefined) return '';
  const [beyond, before] = descending ? ['<', '>'] : ['>', '<'];
  const add = (sql: string, comparison: string, bound: string): void => {
    conditions.add(sql);
    // it follows, but the index has this alone
    if (indexed !== undefined && comparison === '<') conditions.add(`${indexed} <= ${bound}`);
    else if (indexed !== undefined) conditions.add(`(${indexed} >= ${bound} OR ${indexed} = 0)`);
  };
  if (after !== undefined) {
    const bound = conditions.bind(String(after.seq), 'Int64');
    if (rank === after.rank) {
      const tied = `${tie} ${beyond} ${conditions.bind(String(after.tie), 'UInt64')}`;
      add(`(${seq} ${beyond} ${bound} OR (${seq} = ${bound} AND ${tied}))`, beyond, bound);
    } else {
      const isStillToCome = descending ? rank < after.rank : rank > after.rank;
      add(`${seq} ${beyond}${isStillToCome ? '=' : ''} ${bound}`, beyond, bound);
    }
  }
  if (until !== undefined) {
    const bound = conditions.bind(String(until), 'Int64');
    add(`${seq} ${before}= ${bound}`, before, bound);
  }
  // an index of a map's entry is not found if the entry is read by itself
  return indexed === undefined ? '' : ' SETTINGS optimize_functions_to_subcolumns = 0';
}
