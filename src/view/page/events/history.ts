import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { EventLine, Gap } from '../../api-types.js';
import { getItems, type ItemPage } from '../api/request.js';
import { hello, isCaughtUp } from '../state/connection.js';
import { filter, route } from '../state/location.js';
import { generation, list, listChanged } from './event-store.js';

/**
 * `none`: nothing is stored. `full`: the list has no room for older events. `vain`: many were read, and none was new: to
 * go on is the reader's choice.
 */
export type HistoryState = 'idle' | 'vain' | 'loading' | 'end' | 'full' | 'failed' | 'none';

const stateNow = signal<HistoryState>('idle');
const problemNow = signal('');
const begunNow = signal(0);

/** Whether older events can be loaded. */
export const historyState: ReadonlySignal<HistoryState> = stateNow;
/** Changes when the first page of a list's history is there. */
export const historyBegun: ReadonlySignal<number> = begunNow;
/** Why they could not be loaded, in words. */
export const historyProblem: ReadonlySignal<string> = problemNow;

const PAGE_EVENTS = 1_000;
/** Pages without a new event after which the reader is asked. */
const MOST_PAGES = 20;
/** Events of a gap that one click loads. */
const GAP_EVENTS = 10_000;
/** Rows at the head of the list among which the latest time is looked for: events come somewhat out of order. */
const HEAD_ROWS = 200;

let cursor: string | undefined;
let droppedAtCursor = 0;
let loading = Promise.resolve(false);
let aborted = new AbortController();

/** Loads the first page of history when a list begins. */
export function startHistory(): void {
  let begun = -1;
  let listed = -1;
  effect(() => {
    const current = generation.value;
    if (listed !== current) {
      // what is asked for is for another list
      listed = current;
      aborted.abort();
    }
    if (route.value.page !== 'events' || hello.value === undefined || !isCaughtUp.value || begun === current) return;
    begun = current;
    aborted = new AbortController();
    cursor = undefined;
    stateNow.value = hello.value.hasHistory ? 'idle' : 'none';
    const { signal: abort } = aborted;
    void loadOlder().then(() => {
      if (!abort.aborted) begunNow.value += 1;
    });
  });
}

/**
 * Loads older events, if there are any; waits for those that are being loaded.
 *
 * @returns whether there may be more.
 */
export function loadOlder(): Promise<boolean> {
  const state = stateNow.peek();
  if (state === 'loading') return loading;
  if (state === 'end' || state === 'none') return Promise.resolve(false);
  loading = load(aborted.signal);
  return loading;
}

async function load(abort: AbortSignal): Promise<boolean> {
  stateNow.value = 'loading';
  try {
    let added = 0;
    // a page may hold nothing new: what came live already, or what the server looked through in vain
    for (let pages = 0; pages < MOST_PAGES && added === 0 && stateNow.peek() === 'loading'; pages += 1) {
      if (list.isFull) {
        stateNow.value = 'full';
        return false;
      }
      const page = await olderPage(abort);
      if (abort.aborted) return false;
      cursor = page.cursor;
      droppedAtCursor = list.dropped;
      added = list.prepend(page.items.toReversed());
      if (cursor === undefined) stateNow.value = 'end';
      listChanged();
    }
    if (stateNow.peek() !== 'loading') return false;
    stateNow.value = added > 0 ? 'idle' : 'vain';
    return true;
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
  return latest === '' ? undefined : latest;
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
