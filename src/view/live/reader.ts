import type { ServerResponse } from 'node:http';
import { toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import type { ItemKind } from '../../model/query.js';
import { ApiProblem } from '../api/api-error.js';
import { breathe, isSliceOver } from '../api/slices.js';
import type { ApiError, Gap, Hello } from '../api-types.js';
import type { ViewHost } from '../host.js';
import { endIfStalled } from '../http/stall.js';
import { gapOf } from './gap-of.js';
import type { RecentItems } from './recent-items.js';

const BATCH_ITEMS = 500;
const BATCH_CHARACTERS = 256 * 1024;
/** How long a stream that the view ends is sent what is left. */
const LAST_MILLIS = 10;

/** What a reader is sent. */
export interface ReaderOptions {
  readonly instance: string;
  readonly host: Pick<ViewHost, 'clock' | 'report'>;
  readonly recent: RecentItems;
  readonly kinds: readonly ItemKind[];
  readonly matches: (item: TelemetryItem) => boolean;
  /** The number of the item to begin with. */
  readonly next: number;
}

/**
 * One browser's event stream. What it was not sent yet is held by nobody but {@link RecentItems}: if it is slow, it loses
 * its place there, and is sent a gap with what it missed. If it takes nothing for a while, it loses its connection: it
 * may come back, and go on from there.
 */
export class Reader {
  readonly #response: ServerResponse;
  readonly #options: ReaderOptions;
  #next: number;
  #isBlocked = false;
  #isScheduled = false;
  #cancelStall: (() => void) | undefined;

  constructor(response: ServerResponse, options: ReaderOptions) {
    this.#response = response;
    this.#options = options;
    this.#next = options.next;
    response.on('drain', () => {
      this.#isBlocked = false;
      this.#cancelStall?.();
      this.#cancelStall = undefined;
      this.pump();
    });
    response.on('close', () => this.#cancelStall?.());
  }

  /** Sends an event, unless the reader is slow: it must be one that a later one makes up for. */
  sendState(name: string, data: string): void {
    if (!this.#isBlocked) this.#sendMissed();
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
    if (!this.#isBlocked) this.#send(': ping\n\n');
  }

  /** Ends the stream with what came since, as much as the reader takes in a moment. */
  end(): void {
    const until = performance.now() + LAST_MILLIS;
    this.#sendUntil(() => performance.now() > until);
    this.#response.end();
  }

  /** Sends what came since, as much as the reader takes; what takes long follows when it is its turn. */
  pump(): void {
    if (this.#isScheduled || this.#sendUntil(isSliceOver)) return;
    this.#isScheduled = true;
    void breathe().then(() => {
      this.#isScheduled = false;
      this.pump();
    });
  }

  /** Returns whether that was all for now. */
  #sendUntil(isTimeOver: () => boolean): boolean {
    const { recent } = this.#options;
    while (!this.#isBlocked && !this.#isOver && this.#next < recent.end) {
      if (isTimeOver()) return false;
      this.#sendMissed();
      if (!this.#isBlocked) this.#sendBatch(isTimeOver);
    }
    return true;
  }

  #sendBatch(isTimeOver: () => boolean): void {
    const { recent, matches } = this.#options;
    const lines: string[] = [];
    let characters = 0;
    let refusal: unknown;
    while (this.#next < recent.end && lines.length < BATCH_ITEMS && characters < BATCH_CHARACTERS) {
      const sequence = this.#next;
      this.#next += 1;
      try {
        if (matches(recent.item(sequence))) {
          const line = recent.line(sequence);
          characters += line.length;
          lines.push(line);
        }
      } catch (error) {
        refusal = error;
        break;
      }
      if (isTimeOver()) break;
    }
    if (lines.length > 0) this.#write('items', `[${lines.join(',')}]`);
    if (refusal !== undefined) this.#refuse(refusal);
  }

  /** A filter that takes too long ends the stream, which says why: to come back with it is of no use. */
  #refuse(cause: unknown): void {
    const body: ApiError = cause instanceof ApiProblem ? cause.body : { error: toError(cause).message };
    this.#response.end(`event: refused\ndata: ${JSON.stringify(body)}\n\n`);
    this.#cancelStall ??= endIfStalled(this.#response, this.#options.host, 'an event stream');
  }

  get #isOver(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  #sendMissed(): void {
    const { recent, kinds } = this.#options;
    if (this.#next >= recent.first) return;
    const gap = gapOf(recent, this.#next, kinds, 'slow');
    this.#next = recent.first;
    if (gap.count > 0) this.sendGap(gap);
  }

  #write(name: string, data: string): void {
    this.#send(`id: ${this.#options.instance}-${this.#next - 1}\nevent: ${name}\ndata: ${data}\n\n`);
  }

  #send(text: string): void {
    if (this.#isOver || this.#response.write(text)) return;
    this.#isBlocked = true;
    this.#cancelStall ??= endIfStalled(this.#response, this.#options.host, 'an event stream');
  }
}
