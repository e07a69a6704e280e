import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Gap, Hello, ItemLine, Overview } from '../../api-types.js';
import { LiveConnection, type LiveStatus } from '../api/live.js';
import type { Parameters } from '../api/request.js';
import { type Filter, parametersOf } from './filter.js';
import { filter, route } from './location.js';
import { isRefusal, refuse } from './refusal.js';

const statusNow = signal<LiveStatus>('connecting');
const problemNow = signal<string | undefined>(undefined);
const helloNow = signal<Hello | undefined>(undefined);
const caughtUpNow = signal(false);
const overviewNow = signal<Overview | undefined>(undefined);

/** The state of the connection. */
export const status: ReadonlySignal<LiveStatus> = statusNow;
/** What is wrong with it, in words. */
export const problem: ReadonlySignal<string | undefined> = problemNow;
/** What the server says of itself; `undefined` before it said so. */
export const hello: ReadonlySignal<Hello | undefined> = helloNow;
/** Whether the stream has sent what it begins with: only then are older items asked for, as each end of a list grows by itself. */
export const isCaughtUp: ReadonlySignal<boolean> = caughtUpNow;
/** Counts that the server sends once a second; `undefined` before the first. */
export const overview: ReadonlySignal<Overview | undefined> = overviewNow;

/** Who is told of items as they come. */
export interface ItemListener {
  /** A new stream begins: the filter changed, what was listed is no longer what is asked for. */
  begin(filter: Filter): void;
  /** @param size - of one item, roughly, in characters. */
  items(items: readonly ItemLine[], size: number): void;
  gap(gap: Gap): void;
}

let listener: ItemListener | undefined;

/** Who is told of items, before {@link connect}. */
export function listen(to: ItemListener): void {
  listener = to;
}

/** How many events a stream begins with: what came last is then shown at once, and before a storage has it. */
const RECENT_EVENTS = 2_000;

/** Events are sent only while they are shown: the other pages ask for what they show. */
const wanted = computed<{ readonly key: string; readonly filter: Filter; readonly parameters: Parameters }>(() => {
  if (route.value.page !== 'events') return { key: '', filter: {}, parameters: { kinds: 'none' } };
  const asked = filter.value;
  return {
    key: parametersOf(asked).toString() || 'all',
    filter: asked,
    parameters: { ...asked, kinds: 'event', recent: RECENT_EVENTS },
  };
});

/** Connects, and connects anew if other items are wanted. */
export function connect(): void {
  let connection: LiveConnection | undefined;
  let key: string | undefined;
  effect(() => {
    const { key: nextKey, filter: asked, parameters } = wanted.value;
    if (nextKey === key) return;
    key = nextKey;
    connection?.close();
    caughtUpNow.value = false;
    listener?.begin(asked);
    let missing = Number.POSITIVE_INFINITY;
    connection = new LiveConnection(parameters, {
      hello: (value) => {
        helloNow.value = value;
        missing = value.recent;
        if (missing <= 0) caughtUpNow.value = true;
      },
      items: (items, size) => {
        listener?.items(items, size);
        missing -= items.length;
        if (missing <= 0) caughtUpNow.value = true;
      },
      gap: (gap) => {
        listener?.gap(gap);
        caughtUpNow.value = true;
      },
      overview: (value) => {
        overviewNow.value = value;
      },
      status: (value, error) => {
        statusNow.value = value;
        problemNow.value = error?.message;
        if (isRefusal(error)) refuse(error);
      },
    });
  });
}
