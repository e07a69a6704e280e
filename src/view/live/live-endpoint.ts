import type { TelemetryItem } from '../../model/item.js';
import type { ItemKind } from '../../model/query.js';
import type { ApiContext, ApiRequest } from '../api/context.js';
import { FILTER_NAMES, filterOf } from '../api/item-filter.js';
import { kindsOf } from '../api/kinds.js';
import { Parameters } from '../api/parameters.js';
import { breathe, isSliceOver } from '../api/slices.js';
import type { Gap } from '../api-types.js';
import { begin } from '../http/send.js';
import { gapOf } from './gap-of.js';
import { Reader } from './reader.js';
import type { RecentItems } from './recent-items.js';

/** `GET api/live`. */
export async function live(context: ApiContext, { request, response, search, signal }: ApiRequest): Promise<void> {
  const { feed, hello, host } = context;
  const given = new Parameters(search, [...FILTER_NAMES, 'kinds', 'recent']);
  const kinds = kindsOf(given);
  const { matches } = filterOf(given, kinds, new Date(host.clock.now()));
  const wants: (item: TelemetryItem) => boolean = kinds.length === 0 ? () => false : matches;
  const count = given.count('recent', 0, { max: Number.MAX_SAFE_INTEGER });
  const lastId = request.headers['last-event-id']?.toString();
  const release = await context.readers.take(signal);
  signal.addEventListener('abort', release, { once: true });
  feed.sync();
  const { recent } = feed;
  const start = lastId === undefined ? await startOf(recent, wants, count, signal) : undefined;
  if (signal.aborted) return;
  const { next, gap, found } = start ?? resume(recent, lastId ?? '', hello.instance, kinds);
  begin(response, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  const reader = new Reader(response, { instance: hello.instance, host, recent, kinds, matches: wants, next });
  reader.sendHello({ ...hello, recent: found });
  if (gap !== undefined) reader.sendGap(gap);
  feed.add(reader);
  signal.addEventListener('abort', () => feed.delete(reader), { once: true });
}

interface Start {
  /** The number of the item to begin with. */
  readonly next: number;
  /** What is missing before it. */
  readonly gap: Gap | undefined;
  /** How many items that are asked for were there before. */
  readonly found: number;
}

/** Where to begin so that the last `count` items that are asked for come first. */
async function startOf(
  recent: RecentItems,
  wants: (item: TelemetryItem) => boolean,
  count: number,
  signal: AbortSignal,
): Promise<Start> {
  let next = recent.end;
  let found = 0;
  while (found < count && next > recent.first) {
    if (isSliceOver()) {
      await breathe();
      // the oldest ones may have left meanwhile
      if (signal.aborted || next <= recent.first) break;
    }
    next -= 1;
    if (wants(recent.item(next))) found += 1;
  }
  return { next: Math.max(next, recent.first), gap: undefined, found };
}

/** Where to go on after an event, and what is missing since. */
function resume(recent: RecentItems, lastId: string, instance: string, kinds: readonly ItemKind[]): Start {
  const [, from = '', number = ''] = /^(.*)-(\d{1,15})$/.exec(lastId) ?? [];
  const after = Number(number) + 1;
  const isOurs = from === instance && after <= recent.end;
  // all that another life of the server has taken in is new to this reader
  const wanted = isOurs ? after : 1;
  const reason = isOurs ? 'away' : 'restart';
  if (wanted >= recent.first) return { next: wanted, gap: isOurs ? undefined : { count: 0, reason }, found: 0 };
  const gap = gapOf(recent, wanted, kinds, reason);
  return { next: recent.first, gap: gap.count === 0 && isOurs ? undefined : gap, found: 0 };
}
