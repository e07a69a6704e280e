import type { TelemetryItem } from '../../model/item.js';
import type { ItemKind } from '../../model/query.js';
import { ApiProblem } from '../api/api-error.js';
import type { ApiContext, ApiRequest } from '../api/context.js';
import { FILTER_NAMES, filterOf } from '../api/item-filter.js';
import { kindsOf } from '../api/kinds.js';
import { Parameters } from '../api/parameters.js';
import type { Gap } from '../api-types.js';
import { begin } from '../http/send.js';
import { Reader } from './reader.js';
import type { RecentItems } from './recent-items.js';

/** Event streams at a time. */
const MAX_READERS = 200;

/** `GET api/live`. */
export function live({ feed, hello, host }: ApiContext, { request, response, search, signal }: ApiRequest): void {
  const given = new Parameters(search, [...FILTER_NAMES, 'kinds', 'recent']);
  const kinds = kindsOf(given);
  const { matches } = filterOf(given, kinds, new Date(host.clock.now()));
  if (feed.readers >= MAX_READERS) throw new ApiProblem(503, `expected at most ${MAX_READERS} event streams at a time`);
  feed.sync();
  const { recent } = feed;
  const wants: (item: TelemetryItem) => boolean = kinds.length === 0 ? () => false : matches;
  const lastId = request.headers['last-event-id']?.toString();
  const { next, gap } =
    lastId === undefined
      ? { next: startOf(recent, wants, given.count('recent', 0, { max: Number.MAX_SAFE_INTEGER })), gap: undefined }
      : resume(recent, lastId, hello.instance, kinds);
  begin(response, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  const reader = new Reader(response, { instance: hello.instance, recent, matches: wants, next });
  reader.sendHello(hello);
  if (gap !== undefined) reader.sendGap(gap);
  feed.add(reader);
  signal.addEventListener('abort', () => feed.delete(reader), { once: true });
}

/** Where to begin so that the last `count` items that are asked for come first. */
function startOf(recent: RecentItems, wants: (item: TelemetryItem) => boolean, count: number): number {
  let start = recent.end;
  for (let left = count; left > 0 && start > recent.first; ) {
    start -= 1;
    if (wants(recent.item(start))) left -= 1;
  }
  return start;
}

/** Where to go on after an event, and what is missing since. */
function resume(
  recent: RecentItems,
  lastId: string,
  instance: string,
  kinds: readonly ItemKind[],
): { readonly next: number; readonly gap: Gap | undefined } {
  const [, from = '', number = ''] = /^(.*)-(\d{1,15})$/.exec(lastId) ?? [];
  const after = Number(number) + 1;
  const isOurs = from === instance && after <= recent.end;
  // all that another life of the server has taken in is new to this reader
  const wanted = isOurs ? after : 1;
  const reason = isOurs ? 'away' : 'restart';
  if (wanted >= recent.first) return { next: wanted, gap: isOurs ? undefined : { count: 0, reason } };
  const { events, metrics, startMillis, endMillis } = recent.goneSince(wanted);
  const ofKinds = (kinds.includes('event') ? events : 0) + (kinds.includes('metric') ? metrics : 0);
  const count = Math.min(ofKinds, recent.first - wanted);
  const isTimed = Number.isFinite(startMillis) && Number.isFinite(endMillis);
  const gap: Gap = {
    count,
    ...(isTimed && { startTime: new Date(startMillis).toISOString(), endTime: new Date(endMillis).toISOString() }),
    reason,
  };
  return { next: recent.first, gap: count === 0 && isOurs ? undefined : gap };
}
