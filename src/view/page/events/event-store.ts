import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { EventLine, Gap, ItemLine } from '../../api-types.js';
import type { ItemListener } from '../state/connection.js';
import { EventList } from './event-list.js';
import { PendingItems } from './pending-items.js';

const versionNow = signal(0);
const lengthNow = signal(0);
const pendingNow = signal(0);
const unseenNow = signal(0);
const pausedNow = signal(false);
const generationNow = signal(0);

/** The events that are listed. */
export const list = new EventList();
const pending = new PendingItems();

/** Changes when the list has changed, at most once a frame. */
export const version: ReadonlySignal<number> = versionNow;
/** Rows of the list. */
export const length: ReadonlySignal<number> = lengthNow;
/** Changes when a new list begins, for another filter. */
export const generation: ReadonlySignal<number> = generationNow;
/** Whether what comes waits instead of being listed. */
export const isPaused: ReadonlySignal<boolean> = pausedNow;
/** How many events wait. */
export const pendingCount: ReadonlySignal<number> = pendingNow;
/** How many events came below while the reader is elsewhere in the list. */
export const unseen: ReadonlySignal<number> = unseenNow;
/** Whether the newest events are kept in sight. */
export const follows = signal(true);

/** Rows that {@link sourcesInList} reads, and sources that it finds, at most. */
const NEWEST_ROWS = 5_000;
const MOST_SOURCES = 100;

let frame = 0;

/** Shows that the list has changed. */
export function listChanged(): void {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    batch(() => {
      lengthNow.value = list.length;
      pendingNow.value = pending.count;
      versionNow.value += 1;
    });
  });
}

/** Keeps the newest events in sight from now on. */
export function follow(): void {
  setPaused(false);
  unseenNow.value = 0;
  follows.value = true;
}

/** Whoever reads elsewhere in the list is not taken away from there. */
export function stopFollowing(): void {
  follows.value = false;
}

export function setPaused(paused: boolean): void {
  if (paused === pausedNow.peek()) return;
  pausedNow.value = paused;
  if (paused) return;
  for (const part of pending.takeAll()) {
    if ('gap' in part) list.appendGap(part.gap);
    else appendEvents(part.events, part.size);
  }
  listChanged();
}

/** What the connection reports while events are shown. */
export const eventListener: ItemListener = {
  begin() {
    batch(() => {
      list.clear();
      pending.takeAll();
      pausedNow.value = false;
      unseenNow.value = 0;
      follows.value = true;
      generationNow.value += 1;
    });
    listChanged();
  },
  items(items: readonly ItemLine[], size: number) {
    const events = items.filter((item): item is EventLine => item.type === 'event');
    if (pausedNow.peek()) pending.addEvents(events, size);
    else appendEvents(events, size);
    listChanged();
  },
  gap(gap: Gap) {
    if (pausedNow.peek()) pending.addGap(gap);
    else list.appendGap(gap);
    listChanged();
  },
};

/** Sources of the newest events, by name. */
export function sourcesInList(): readonly string[] {
  const sources = new Set<string>();
  const first = Math.max(0, list.length - NEWEST_ROWS);
  for (let index = list.length - 1; index >= first && sources.size < MOST_SOURCES; index -= 1) {
    const row = list.at(index);
    if (row?.kind === 'event') sources.add(row.event.data.source);
  }
  return [...sources].sort();
}

function appendEvents(events: readonly EventLine[], size: number): void {
  const count = list.append(events, size);
  if (!follows.peek()) unseenNow.value += count;
}
