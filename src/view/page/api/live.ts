import type { ApiError, Gap, Hello, ItemLine, Overview } from '../../api-types.js';
import { EventStreamReader, type StreamEvent } from './event-stream.js';
import { apiUrl, type Parameters, RequestError, request } from './request.js';
import { shown, untilHidden } from './visibility.js';

/** What a live connection reports. */
export interface LiveListener {
  hello(hello: Hello): void;
  /** @param size - of one item, roughly, in characters. */
  items(items: readonly ItemLine[], size: number): void;
  gap(gap: Gap): void;
  overview(overview: Overview): void;
  /** The state of the connection, and what is wrong with it. */
  status(status: LiveStatus, problem?: RequestError): void;
}

/**
 * `refused`: the server does not take the request as it is. `denied`: it answers no such request of this browser. Neither
 * is repeated.
 */
export type LiveStatus = 'connecting' | 'live' | 'broken' | 'refused' | 'denied';

const FIRST_WAIT_MILLIS = 250;
const LONGEST_WAIT_MILLIS = 5_000;
/** A page that nobody sees gives its connection up after that: a browser has six for one server, in all its tabs. */
const HIDDEN_MILLIS = 60_000;

/** The stream `api/live`. It comes back after a break, from the last event that was read, until it is closed. */
export class LiveConnection {
  readonly #parameters: Parameters;
  readonly #listener: LiveListener;
  readonly #closed = new AbortController();
  #lastId = '';
  #failures = 0;
  #firstWaitMillis = FIRST_WAIT_MILLIS;

  constructor(parameters: Parameters, listener: LiveListener) {
    this.#parameters = parameters;
    this.#listener = listener;
    void this.#run();
  }

  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await shown(signal);
      if (signal.aborted) return;
      const hidden = untilHidden(HIDDEN_MILLIS, signal);
      let problem = new RequestError('The server ended the connection.', 0);
      try {
        await this.#read(hidden.signal);
      } catch (error) {
        problem = error instanceof RequestError ? error : new RequestError('The connection to the server broke.', 0);
        const final = finalStatus(problem);
        if (final !== undefined && !signal.aborted) {
          this.#listener.status(final, problem);
          return;
        }
      } finally {
        hidden.end();
      }
      if (signal.aborted) return;
      if (hidden.signal.aborted) continue;
      this.#failures += 1;
      this.#listener.status('broken', problem);
      await this.#wait(Math.min(LONGEST_WAIT_MILLIS, this.#firstWaitMillis * 2 ** (this.#failures - 1)));
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (this.#lastId !== '') headers['last-event-id'] = this.#lastId;
    const response = await request(apiUrl('live', this.#parameters), { headers, signal });
    if (response.body === null) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const stream = new EventStreamReader(this.#lastId);
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      for (const event of stream.read(value)) this.#take(event);
      this.#firstWaitMillis = stream.retryMillis ?? FIRST_WAIT_MILLIS;
    }
  }

  #take({ name, data, id }: StreamEvent): void {
    const value: unknown = JSON.parse(data);
    if (name === 'hello') {
      this.#failures = 0;
      this.#listener.status('live');
      this.#listener.hello(value as Hello);
    } else if (name === 'items') {
      const items = value as ItemLine[];
      this.#listener.items(items, data.length / Math.max(1, items.length));
    } else if (name === 'gap') this.#listener.gap(value as Gap);
    else if (name === 'overview') this.#listener.overview(value as Overview);
    else if (name === 'refused') {
      const { error, where } = value as ApiError;
      throw new RequestError(error, 400, where);
    }
    // only now: what was not taken is to come again
    this.#lastId = id;
  }

  /** Ends early when the browser says that the network is back, or the page is shown again. */
  #wait(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        window.removeEventListener('online', end);
        document.removeEventListener('visibilitychange', end);
        this.#closed.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, millis);
      window.addEventListener('online', end);
      document.addEventListener('visibilitychange', end);
      this.#closed.signal.addEventListener('abort', end);
    });
  }
}

function finalStatus({ status }: RequestError): LiveStatus | undefined {
  if (status === 400) return 'refused';
  return status === 401 || status === 403 || status === 404 ? 'denied' : undefined;
}
