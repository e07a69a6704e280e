import { get, type IncomingMessage } from 'node:http';
import type { ApiError, Gap, Hello, ItemLine } from '../../src/view/api-types.js';
import { until } from './until.js';

/** A reader of the live view's event stream, as a browser's `EventSource` reads it. */
export class StreamReader {
  readonly hellos: Hello[] = [];
  readonly items: ItemLine[] = [];
  readonly gaps: Gap[] = [];
  /** What the server said when it ended the stream. */
  readonly refusals: ApiError[] = [];
  overviews = 0;
  lastId: string | undefined;
  isEnded = false;
  status = 0;
  #response: IncomingMessage | undefined;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Connects, from the last event that was read on if there was one. */
  async open(headers: Readonly<Record<string, string>> = {}): Promise<this> {
    const resumed = this.lastId === undefined ? {} : { 'last-event-id': this.lastId };
    this.#response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(this.#url, { headers: { ...headers, ...resumed }, agent: false }, resolve).on('error', reject);
    });
    const response = this.#response;
    this.status = response.statusCode ?? 0;
    this.isEnded = false;
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#take(part);
    });
    response.on('error', () => undefined);
    response.on('close', () => {
      this.isEnded = true;
    });
    return this;
  }

  /** Stops to read, as a browser does that has no time. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  /** Breaks the connection. */
  async close(): Promise<void> {
    this.#response?.destroy();
    await until(() => this.isEnded);
  }

  get messages(): string[] {
    return this.items.map((item) => (item.type === 'event' ? item.data.message : item.data.name));
  }

  #take(part: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1];
    const [name, data] = [field('event'), field('data')];
    if (data === undefined) return;
    const value: unknown = JSON.parse(data);
    if (name === 'hello') this.hellos.push(value as Hello);
    else if (name === 'items') this.items.push(...(value as ItemLine[]));
    else if (name === 'gap') this.gaps.push(value as Gap);
    else if (name === 'refused') this.refusals.push(value as ApiError);
    else if (name === 'overview') this.overviews += 1;
    this.lastId = field('id') ?? this.lastId;
  }
}
