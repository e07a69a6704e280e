import type { TelemetryItem } from '../../model/item.js';
import { elapsed } from '../../runtime/clock.js';
import type { Overview } from '../api-types.js';
import type { ViewHost } from '../host.js';
import { ledgerLines } from '../overview/ledger-lines.js';
import { OverviewCounts } from '../overview/overview-counts.js';
import type { Reader } from './reader.js';
import { type RecentBounds, RecentItems } from './recent-items.js';

/** How often readers are sent something, at most, in milliseconds. */
const BATCH_MILLIS = 100;
/** The same of counting, while nobody reads. */
const IDLE_MILLIS = 1_000;
const OVERVIEW_MILLIS = 1_000;
const PING_OVERVIEWS = 15;
/** Items that wait to be counted, at most: beyond it whoever collects counts them. */
const MAX_WAITING = 5_000;

/** What comes, on its way to the readers: at the call site it is put aside, all else is done later. */
export class LiveFeed {
  readonly recent: RecentItems;
  readonly #host: ViewHost;
  readonly #counts: OverviewCounts;
  readonly #readers = new Set<Reader>();
  readonly #unsubscribe: () => void;
  #waiting: TelemetryItem[] = [];
  #cancelTimer: (() => void) | undefined;
  #cancelOverview: (() => void) | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #lastOverview = '';
  #overviews = 0;

  constructor(host: ViewHost, bounds: RecentBounds) {
    this.#host = host;
    this.recent = new RecentItems(bounds);
    this.#counts = new OverviewCounts(host.clock.now(), (item) => host.isOwn?.(item) === true);
    this.#unsubscribe = host.subscribe((item) => this.#take(item));
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Counts by now. */
  overview(): Overview {
    this.sync();
    const now = this.#host.clock.now();
    return {
      time: new Date(now).toISOString(),
      ...this.#counts.read(now),
      ledgers: [...ledgerLines(this.#host), ...this.#counts.senders.lines(now)],
    };
  }

  /** Adds a reader, and sends it what it is to begin with. */
  add(reader: Reader): void {
    this.#readers.add(reader);
    // a timer that was set for nobody is too slow now; what it was set for has come
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.sync();
    this.#pumpAll();
    this.#sendOverview(reader);
    this.#cancelOverview ??= this.#host.clock.after(OVERVIEW_MILLIS, this.#sendOverviews);
  }

  delete(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#cancelOverview?.();
    this.#cancelOverview = undefined;
  }

  /** Takes in what was put aside. */
  sync(): void {
    const items = this.#waiting;
    if (items.length === 0) return;
    this.#waiting = [];
    this.#counts.add(items, this.#host.clock.now());
    for (const item of items) this.recent.push(item);
  }

  close(): void {
    this.#unsubscribe();
    this.#cancelTimer?.();
    this.#cancelOverview?.();
    this.sync();
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
    // the collector lives on, and may hold what ends this view
    this.recent.clear();
  }

  #take(item: TelemetryItem): void {
    this.#waiting.push(item);
    if (this.#cancelTimer === undefined) this.#schedule();
    else if (this.#waiting.length >= MAX_WAITING) this.sync();
  }

  #schedule(): void {
    const { clock } = this.#host;
    const delay = this.#readers.size === 0 ? IDLE_MILLIS : Math.max(0, this.#sentAt + BATCH_MILLIS - elapsed(clock));
    this.#cancelTimer = clock.after(delay, () => {
      this.#cancelTimer = undefined;
      this.#sentAt = elapsed(clock);
      this.sync();
      this.#pumpAll();
    });
  }

  #pumpAll(): void {
    for (const reader of this.#readers) reader.pump();
  }

  readonly #sendOverviews = (): void => {
    this.#cancelOverview = this.#host.clock.after(OVERVIEW_MILLIS, this.#sendOverviews);
    this.#overviews += 1;
    const isPing = this.#overviews % PING_OVERVIEWS === 0;
    const { time, ...rest } = this.overview();
    const text = JSON.stringify(rest);
    // what `overview` has taken in is not to wait for the timer
    this.#pumpAll();
    if (text === this.#lastOverview) {
      if (isPing) for (const reader of this.#readers) reader.ping();
      return;
    }
    this.#lastOverview = text;
    const data = `{"time":"${time}",${text.slice(1)}`;
    for (const reader of this.#readers) reader.sendState('overview', data);
  };

  #sendOverview(reader: Reader): void {
    reader.sendState('overview', JSON.stringify(this.overview()));
  }
}
