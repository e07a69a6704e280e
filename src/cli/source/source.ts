import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';

/** Items as they are read: some at once. */
export type Items = readonly TelemetryItem[];

/** How what comes is waited for. */
export interface FollowOptions {
  /** How many of the items that are there already come first: the last ones that pass the test. */
  readonly last: number;
  readonly test: (item: TelemetryItem) => boolean;
  /** Called with what becomes of a file: it was rotated, truncated. */
  readonly note: (text: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Somewhere that items are read from: SOURCE on the command line. */
export interface ItemSource {
  /** As it is shown: without credentials. */
  readonly name: string;
  /** Bytes to read, if that is known before. */
  readonly totalBytes: number | undefined;
  /** Bytes read by {@link pages} so far, if all times are asked for in their order. */
  readonly bytesRead: number;
  /** If it is several as one: these. */
  readonly parts?: readonly ItemSource[];
  /** Lines and files that can't be read, so far, by reason. */
  readonly unreadable: Readonly<Record<string, number>>;
  /**
   * What a query asks for, in its order: of files that of their lines, the lines of several files by time. The query's
   * limit is whoever reads' to keep.
   */
  pages(query: TelemetryQuery): AsyncIterable<Items>;
  /**
   * The last items that a query asks for, then those that come, until the signal. The first page is what was there, if
   * only an empty one.
   */
  follow(query: TelemetryQuery, options: FollowOptions): AsyncIterable<Items>;
  close(): Promise<void>;
}

/** The items of pages one by one. */
export async function* itemsOf(pages: AsyncIterable<Items>): AsyncGenerator<TelemetryItem, void, undefined> {
  for await (const items of pages) yield* items;
}

/** Adds counts up, by reason. */
export function sumOf(counts: Iterable<Readonly<Record<string, number>>>): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const one of counts) for (const [reason, count] of Object.entries(one)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

/** How often a source that is followed is looked at, in milliseconds. */
export const POLL_MILLIS = 100;

/** The items of pages that pass a test. */
export async function* filtered(
  pages: AsyncIterable<Items>,
  test: (item: TelemetryItem) => boolean,
): AsyncGenerator<Items, void, undefined> {
  for await (const items of pages) yield items.filter(test);
}

/** The last so many items of pages, in their order. */
export async function lastOf(pages: AsyncIterable<Items>, count: number): Promise<TelemetryItem[]> {
  let kept: TelemetryItem[] = [];
  for await (const items of pages) {
    for (const item of items) kept.push(item);
    if (kept.length > count * 2 + 1_000) kept = count === 0 ? [] : kept.slice(-count);
  }
  return count === 0 ? [] : kept.slice(-count);
}

/** The first so many items of pages. */
export async function firstOf(pages: AsyncIterable<Items>, count: number): Promise<TelemetryItem[]> {
  const found: TelemetryItem[] = [];
  if (count === 0) return found;
  for await (const items of pages) {
    for (const item of items.slice(0, count - found.length)) found.push(item);
    if (found.length >= count) break;
  }
  return found;
}
