import type { ItemKind } from '../../model/query.js';
import type { Gap } from '../api-types.js';
import type { RecentItems } from './recent-items.js';

/**
 * What a reader misses of the items from a number on that are no longer held.
 *
 * @param kinds - what the reader asks for. Its filter is not asked: the items are gone.
 */
export function gapOf(recent: RecentItems, from: number, kinds: readonly ItemKind[], cause: Gap['reason']): Gap {
  const { events, metrics, startMillis, endMillis } = recent.goneSince(from);
  const ofKinds = (kinds.includes('event') ? events : 0) + (kinds.includes('metric') ? metrics : 0);
  const isTimed = Number.isFinite(startMillis) && Number.isFinite(endMillis);
  return {
    count: Math.min(ofKinds, recent.first - from),
    ...(isTimed && { startTime: new Date(startMillis).toISOString(), endTime: new Date(endMillis).toISOString() }),
    reason: cause,
  };
}
