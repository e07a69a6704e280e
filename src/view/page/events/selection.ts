import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { EventLine } from '../../api-types.js';
import { getItems } from '../api/request.js';
import { place, setView } from '../state/location.js';
import { visibleText } from '../ui/visible-text.js';
import { isError } from './event-list.js';
import { length, list, stopFollowing, version } from './event-store.js';
import { type HistoryState, historyState, loadOlder } from './history.js';

/** Pages of history that one step to an earlier error, or a link to an event, may load. */
const MOST_PAGES = 20;

const loaded = signal<EventLine | undefined>(undefined);
const wantedNow = signal<{ readonly eventId: string } | undefined>(undefined);
const saidNow = signal('');
const loadingNow = signal(false);

/** The id of the event whose details are shown; `''` if none is. */
export const selectedId: ReadonlySignal<string> = computed(() => place.value.view.event ?? '');
/** An event that is to be brought into sight. */
export const wanted: ReadonlySignal<{ readonly eventId: string } | undefined> = wantedNow;
/** Whether the event that the URL names is being loaded. */
export const isLoadingSelected: ReadonlySignal<boolean> = loadingNow;
/** What became of the last step, for those who don't see it. */
export const said: ReadonlySignal<string> = saidNow;

/** The event whose details are shown, from the list, or else from the storage; `undefined` if it is not there yet. */
export const selected: ReadonlySignal<EventLine | undefined> = computed(() => {
  const id = selectedId.value;
  if (id === '') return undefined;
  if (loaded.value?.data.event_id === id) return loaded.value;
  void version.value;
  const row = list.at(list.indexOf(id));
  return row?.kind === 'event' ? row.event : undefined;
});

/** Shows an event's details, and brings it into sight. */
export function select(event: EventLine): void {
  loaded.value = event;
  // the list must not move away under what is read
  stopFollowing();
  setView({ event: event.data.event_id, at: event.data.timestamp });
  wantedNow.value = { eventId: event.data.event_id };
}

export function unselect(): void {
  loaded.value = undefined;
  wantedNow.value = undefined;
  setView({ event: undefined, at: undefined });
}

/** Brings the event that the URL names into sight; if the list does not have it, its details come from the storage. */
export function showSelected(): void {
  const { event: id = '', at = '' } = place.peek().view;
  if (id === '') return;
  wantedNow.value = { eventId: id };
  if (at !== '' && selected.peek() === undefined) void loadSelected(id, at);
  void loadUntil(id);
}

/** Loads older events until one is in the list, as far as a step to an error does. */
async function loadUntil(id: string): Promise<void> {
  for (let pages = 0; pages < MOST_PAGES && list.indexOf(id) < 0 && selectedId.peek() === id; pages += 1)
    if (!(await loadOlder())) return;
}

async function loadSelected(id: string, at: string): Promise<void> {
  loadingNow.value = true;
  try {
    const { items } = await getItems<EventLine>('events', { startTime: at, endTime: at, limit: 1_000 });
    const event = items.find(({ data }) => data.event_id === id);
    if (event !== undefined && selectedId.peek() === id) loaded.value = event;
  } catch {
    // the panel goes on saying that it is not there
  }
  loadingNow.value = false;
}

/** Selects the next or previous event; the newest one if none is selected. */
export function step(direction: 1 | -1): void {
  const row = rowFrom(direction, () => true);
  if (row !== undefined) select(row);
}

/** Selects the next or previous error; for an earlier one history is loaded. */
export async function stepToError(direction: 1 | -1): Promise<void> {
  for (let pages = 0; ; pages += 1) {
    const event = rowFrom(direction, isError);
    if (event !== undefined) {
      saidNow.value = `Error: ${visibleText(event.data.message)}`;
      select(event);
      return;
    }
    const mayBeEarlier = direction === -1 && isOpen(historyState.peek()) && pages < MOST_PAGES;
    if (!mayBeEarlier) break;
    await loadOlder();
  }
  saidNow.value = length.peek() === 0 ? 'No events' : `No ${direction === 1 ? 'later' : 'earlier'} error in the list`;
}

function isOpen(state: HistoryState): boolean {
  return state === 'idle' || state === 'loading' || state === 'vain';
}

function rowFrom(direction: 1 | -1, test: (event: EventLine) => boolean): EventLine | undefined {
  const from = list.indexOf(selectedId.peek());
  const index = from < 0 ? list.find(list.length - 1, -1, test) : list.find(from + direction, direction, test);
  const row = list.at(index);
  return row?.kind === 'event' ? row.event : undefined;
}
