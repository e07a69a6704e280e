import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { EventLine, Gap } from '../../api-types.js';
import { getItems, type ItemPage } from '../api/request.js';
import { hello } from '../state/connection.js';
import { filter, route } from '../state/location.js';
import { generation, list, listChanged } from './event-store.js';
import { justAfter } from './pending-items.js';

/** `none`: nothing is stored. `full`: the list has no room for older events. */
export type HistoryState = 'idle' | 'loading' | 'end' | 'full' | 'failed' | 'none';

const stateNow = signal<HistoryState>('idle');
const problemNow = signal('');

/** Whether older events can be loaded. */
export const historyState: ReadonlySignal<HistoryState> = stateNow;
/** Why they could not be loaded, in words. */
export const historyProblem: ReadonlySignal<string> = problemNow;

const PAGE_EVENTS = 1_000;
/** Events of a gap that one click loads. */
const GAP_EVENTS = 10_000;
/** Rows at the head of the list among which the latest time is looked for: events come somewhat out of order. */
const HEAD_ROWS = 200;

let cursor: string | undefined;
let droppedAtCursor = 0;
let aborted = new AbortController();

/** Loads the first page of history when a list begins. */
export function startHistory(): void {
  let begun = -1;
  effect(() => {
    const current = generation.value;
    if (route.value.page !== 'events' || hello.value === undefined || begun === current) return;
    begun = current;
    aborted.abort();
    aborted = new AbortController();
    cursor = undefined;
    stateNow.value = hello.value.hasHistory ? 'idle' : 'none';
    void loadOlder();
  });
}

/**
 * Loads a page of older events, if there are any and none is being loaded.
 *
 * @returns whether there may be more.
 */
export async function loadOlder(): Promise<boolean> {
  const state = stateNow.peek();
  if (state === 'loading' || state === 'end' || state === 'none') return false;
  if (list.isFull) {
    stateNow.value = 'full';
    return false;
  }
  const { signal: abort } = aborted;
  stateNow.value = 'loading';
  try {
    const page = await olderPage(abort);
    if (abort.aborted) return false;
    cursor = page.cursor;
    droppedAtCursor = list.dropped;
    list.prepend(page.items.toReversed());
    stateNow.value = list.isFull ? 'full' : page.cursor === undefined ? 'end' : 'idle';
    listChanged();
    return stateNow.value === 'idle';
  } catch (error) {
    if (abort.aborted) return false;
    problemNow.value = error instanceof Error ? error.message : String(error);
    stateNow.value = 'failed';
    return false;
  }
}

function olderPage(abort: AbortSignal): Promise<ItemPage<EventLine>> {
  const parameters = { ...filter.peek(), order: 'desc', limit: PAGE_EVENTS };
  if (cursor !== undefined && droppedAtCursor === list.dropped)
    return getItems<EventLine>('events', { ...parameters, after: cursor }, abort);
  // what has left the list lies between it and the cursor: it is asked for by time
  return getItems<EventLine>('events', { ...parameters, endTime: headTime() ?? parameters.endTime }, abort);
}

function headTime(): string | undefined {
  if (list.dropped === 0) return undefined;
  let latest = '';
  for (let index = 0; index < Math.min(HEAD_ROWS, list.length); index += 1) {
    const row = list.at(index);
    if (row?.kind === 'event' && row.event.data.timestamp > latest) latest = row.event.data.timestamp;
  }
  return latest === '' ? undefined : justAfter(latest);
}

/**
 * Loads the events of a gap into its place.
 *
 * @throws RequestError if they can't be loaded.
 */
export async function loadGap(key: number, gap: Gap): Promise<void> {
  const { signal: abort } = aborted;
  const events: EventLine[] = [];
  const window = { startTime: gap.startTime, endTime: gap.endTime };
  let after: string | undefined;
  do {
    const page = await getItems<EventLine>(
      'events',
      { ...filter.peek(), ...window, order: 'asc', limit: PAGE_EVENTS, after },
      abort,
    );
    events.push(...page.items);
    after = page.cursor;
  } while (after !== undefined && events.length < GAP_EVENTS);
  const last = events.at(-1)?.data.timestamp;
  const left = gap.count - events.length;
  const isWhole = after === undefined || last === undefined || left <= 0;
  list.fillGap(key, events, isWhole ? undefined : { ...gap, count: left, startTime: last });
  listChanged();
}
