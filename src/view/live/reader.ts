import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers';
import { toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import type { ApiError, Gap, Hello } from '../api-types.js';
import type { RecentItems } from './recent-items.js';

const BATCH_ITEMS = 500;
const BATCH_CHARACTERS = 256 * 1024;
/** Items that are looked at before others have their turn. */
const SLICE_ITEMS = 2_000;

/** What a reader is sent. */
export interface ReaderOptions {
  readonly instance: string;
  readonly recent: RecentItems;
  readonly matches: (item: TelemetryItem) => boolean;
  /** The number of the item to begin with. */
  readonly next: number;
}

interface Missed {
  count: number;
  startMillis: number;
  endMillis: number;
}

/**
 * One browser's event stream. What it was not sent yet is held by nobody but {@link RecentItems}: if it is slow, it loses
 * its place there, and is sent a gap with what it missed.
 */
export class Reader {
  readonly #response: ServerResponse;
  readonly #options: ReaderOptions;
  #next: number;
  #isBlocked = false;
  #isScheduled = false;
  #missed: Missed | undefined;

  constructor(response: ServerResponse, options: ReaderOptions) {
    this.#response = response;
    this.#options = { ...options, matches: (item) => this.#matches(options.matches, item) };
    this.#next = options.next;
    response.on('drain', () => {
      this.#isBlocked = false;
      this.pump();
    });
  }

  /** Sends an event, unless the reader is slow: it must be one that a later one makes up for. */
  sendState(name: string, data: string): void {
    if (!this.#isBlocked) this.#tellMissed();
    if (!this.#isBlocked) this.#write(name, data);
  }

  /** Sends what comes first. It has no id: what follows it is not sent yet. */
  sendHello(hello: Hello): void {
    this.#response.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
  }

  sendGap(gap: Gap): void {
    this.#write('gap', JSON.stringify(gap));
  }

  /** Keeps the connection from looking idle to what is between. */
  ping(): void {
    if (!this.#isBlocked && !this.#response.destroyed && !this.#response.writableEnded)
      this.#isBlocked = !this.#response.write(': ping\n\n');
  }

  end(): void {
    this.#response.end();
  }

  /** An item left that was not sent yet, if its number is the next one. */
  onLeave(sequence: number, item: TelemetryItem): void {
    if (sequence < this.#next) return;
    this.#next = sequence + 1;
    if (!this.#options.matches(item)) return;
    const millis = item.timestamp.getTime();
    this.#missed ??= { count: 0, startMillis: millis, endMillis: millis };
    this.#missed.count += 1;
    this.#missed.startMillis = Math.min(this.#missed.startMillis, millis);
    this.#missed.endMillis = Math.max(this.#missed.endMillis, millis);
  }

  /** Sends what came since, as much as the reader takes. */
  pump(): void {
    if (this.#isScheduled || this.#response.destroyed) return;
    const { recent, matches } = this.#options;
    let looked = 0;
    while (!this.#isBlocked && this.#next < recent.end) {
      if (looked >= SLICE_ITEMS) {
        this.#later();
        return;
      }
      this.#tellMissed();
      if (this.#isBlocked) return;
      const lines: string[] = [];
      let characters = 0;
      while (
        this.#next < recent.end &&
        lines.length < BATCH_ITEMS &&
        characters < BATCH_CHARACTERS &&
        looked < SLICE_ITEMS
      ) {
        looked += 1;
        const sequence = this.#next;
        this.#next += 1;
        if (!matches(recent.item(sequence))) continue;
        const line = recent.line(sequence);
        characters += line.length;
        lines.push(line);
      }
      if (lines.length > 0) this.#write('items', `[${lines.join(',')}]`);
    }
    if (!this.#isBlocked) this.#tellMissed();
  }

  /** A filter that takes too long ends the stream, which says why: to come back with it is of no use. */
  #matches(matches: ReaderOptions['matches'], item: TelemetryItem): boolean {
    if (this.#response.destroyed || this.#response.writableEnded) return false;
    try {
      return matches(item);
    } catch (cause) {
      const error = toError(cause).message;
      this.#response.end(`event: refused\ndata: ${JSON.stringify({ error } satisfies ApiError)}\n\n`);
      return false;
    }
  }

  #tellMissed(): void {
    const missed = this.#missed;
    if (missed === undefined) return;
    this.#missed = undefined;
    const { count, startMillis, endMillis } = missed;
    const gap: Gap = { count, startTime: iso(startMillis), endTime: iso(endMillis), reason: 'slow' };
    this.sendGap(gap);
  }

  #later(): void {
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.pump();
    });
  }

  #write(name: string, data: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    const id = `${this.#options.instance}-${this.#next - 1}`;
    this.#isBlocked = !this.#response.write(`id: ${id}\nevent: ${name}\ndata: ${data}\n\n`);
  }
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
