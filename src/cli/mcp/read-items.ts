import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import { breathe, isSliceOver } from '../../view/api/slices.js';
import { grouped } from '../format.js';
import { unreadableNote } from '../source/unreadable.js';
import { timeText } from './item-entry.js';
import { shortText } from './shorten.js';
import type { Call } from './tool.js';

/** Characters of the names of many recordings together. */
const MAX_NAME = 200;

/** What is read, and where from. */
export interface Reading {
  readonly query: TelemetryQuery;
  readonly test: (item: TelemetryItem) => boolean;
  /** Takes an item that passed; `false` ends the reading. */
  readonly take: (item: TelemetryItem) => boolean | undefined;
  /** A recording; default: all. */
  readonly recording?: string | undefined;
}

/** What became of it. */
export interface ReadResult {
  /** The recordings' names, as they are shown. */
  readonly name: string;
  readonly notes: readonly string[];
}

/** Reads items until there are no more, enough were taken, or the time for an answer is over. */
export async function readItems(call: Call, { query, test, take, recording }: Reading): Promise<ReadResult> {
  const source = await call.open(recording);
  const notes: string[] = [];
  let read = 0;
  const isOver = (last: TelemetryItem | undefined): boolean => {
    if (!call.signal.aborted) return false;
    const at = last === undefined ? '' : ` at ${timeText(last.timestamp)}`;
    notes.push(
      `reading ended${at} after ${grouped(read)} items, as the time for an answer was over: "since" and "until" narrow it`,
    );
    return true;
  };
  try {
    reading: for await (const items of source.pages(query)) {
      for (const item of items) {
        if (isSliceOver()) await breathe();
        read += 1;
        if ((test(item) && take(item) === false) || isOver(item)) break reading;
      }
      if (items.length === 0 && isOver(undefined)) break;
    }
    const unreadable = unreadableNote(source);
    if (unreadable !== undefined) notes.push(unreadable);
    return { name: shortText(source.name, MAX_NAME), notes };
  } finally {
    await source.close();
  }
}
