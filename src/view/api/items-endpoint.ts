import type { Test } from '../../analysis/filter/where.js';
import type { TelemetryData } from '../../model/data.js';
import type { TelemetryItem } from '../../model/item.js';
import type { ItemKind, TelemetryQuery } from '../../model/query.js';
import { send } from '../http/send.js';
import { itemLine } from '../item-line.js';
import type { ApiContext, ApiRequest, Endpoint } from './context.js';
import { FILTER_NAMES, filterOf, type ItemFilter } from './item-filter.js';
import { Parameters } from './parameters.js';
import { readFailure } from './scan.js';
import { breathe, isSliceOver } from './slices.js';

/** Items of one answer, at most and if nothing is said. */
const PAGE_ITEMS = 1_000;
/** Items that one answer reads, at most, if the storage knows only a part of the filter. */
const MAX_READ = 50_000;

interface Page {
  readonly items: readonly TelemetryItem[];
  readonly cursor: string | undefined;
  readonly isEnd: boolean;
}

/**
 * `GET api/events`, `api/metrics` and `api/items`: lines of JSON. The header `rimp-cursor` says where to go on, and
 * `rimp-end: true` that there is nothing more by now.
 */
export function itemsEndpoint(kinds: readonly ItemKind[]): Endpoint {
  return async ({ host }: ApiContext, { response, search, signal }: ApiRequest) => {
    const given = new Parameters(search, [...FILTER_NAMES, 'order', 'limit', 'after']);
    const filter = filterOf(given, kinds, new Date(host.clock.now()));
    const order = given.word('order', ['asc', 'desc']) ?? 'asc';
    const limit = given.count('limit', PAGE_ITEMS, { max: PAGE_ITEMS });
    const query = { ...filter.query, order, after: given.text('after') } as const;
    await host.flush?.();
    const { items, cursor, isEnd } = await readPage(host.storage, query, filter.rest, limit, signal);
    if (signal.aborted) return;
    send(
      response,
      200,
      {
        'content-type': 'application/x-ndjson',
        'cache-control': 'no-store',
        ...(cursor !== undefined && { 'rimp-cursor': cursor }),
        'rimp-end': String(isEnd),
      },
      items.map((item) => `${itemLine(item)}\n`).join(''),
    );
  };
}

type Storage = ApiContext['host']['storage'];

async function readPage(
  storage: Storage,
  query: TelemetryQuery,
  rest: ItemFilter['rest'],
  limit: number,
  signal: AbortSignal,
): Promise<Page> {
  const items: TelemetryItem[] = [];
  let cursor = query.after;
  let read = 0;
  // without a further test the storage gives just what is wanted
  let size = rest === undefined ? limit : PAGE_ITEMS;
  for (;;) {
    const data = await storage.retrieve({ ...query, after: cursor, limit: size }).catch(readFailure);
    const found = inOrder(data, query.order === 'desc');
    const wanted = rest === undefined ? found : await filtered(found, rest);
    const room = limit - items.length;
    read += found.length;
    if (wanted.length > room && size > 1) {
      // the cursor is to stand behind the last item of the answer
      size = Math.max(1, Math.min(size - 1, Math.floor((size * room) / wanted.length)));
      continue;
    }
    items.push(...wanted.slice(0, room));
    cursor = data.cursor ?? cursor;
    const isEnd = found.length < size;
    if (isEnd || items.length >= limit || read >= MAX_READ || signal.aborted) return { items, cursor, isEnd };
    await breathe();
  }
}

/** The items that pass a test, which may take its time over any of them. */
async function filtered(items: readonly TelemetryItem[], test: Test): Promise<readonly TelemetryItem[]> {
  const wanted: TelemetryItem[] = [];
  for (const item of items) {
    if (isSliceOver()) await breathe();
    if (test(item)) wanted.push(item);
  }
  return wanted;
}

/** Both kinds by time; each is in the order of arrival. */
function inOrder({ events, metrics }: TelemetryData, isDescending: boolean): TelemetryItem[] {
  const items = [...events, ...metrics];
  if (events.length === 0 || metrics.length === 0) return items;
  const sign = isDescending ? -1 : 1;
  return items.sort((a, b) => sign * (a.timestamp.getTime() - b.timestamp.getTime()));
}
