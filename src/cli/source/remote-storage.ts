import { decodeLine } from '../../codec/json-line-decode.js';
import { encodeMap } from '../../codec/json-line-encode.js';
import { TelemetryData } from '../../model/data.js';
import { StorageError, toError } from '../../model/errors.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';

const PAGE_ITEMS = 1_000;
const TIMEOUT_MILLIS = 60_000;

interface Page {
  readonly items: readonly TelemetryItem[];
  readonly cursor: string | undefined;
}

/** What a running `rimp serve` keeps, read over HTTP. */
export class RemoteStorage implements TelemetryStorage {
  readonly #url: string;
  readonly #token: string | undefined;

  constructor(url: string, token: string | undefined) {
    this.#url = url;
    this.#token = token;
  }

  async retrieve(query: TelemetryQuery = {}): Promise<TelemetryData> {
    const items: TelemetryItem[] = [];
    let cursor = query.after;
    for await (const page of this.#pages(query)) {
      items.push(...page.items);
      cursor = page.cursor ?? cursor;
    }
    const metrics = items.filter((item): item is TelemetryMetric => !isEvent(item));
    return new TelemetryData({ events: items.filter(isEvent), metrics, cursor });
  }

  async *scan(query: TelemetryQuery = {}): AsyncGenerator<TelemetryItem, void, undefined> {
    for await (const { items } of this.#pages(query)) yield* items;
  }

  async store(): Promise<void> {
    throw this.#readOnly();
  }

  async clear(): Promise<void> {
    throw this.#readOnly();
  }

  async close(): Promise<void> {}

  async *#pages(query: TelemetryQuery): AsyncGenerator<Page, void, undefined> {
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    let { after } = query;
    while (left > 0) {
      const limit = Math.min(left, PAGE_ITEMS);
      const page = await this.#page({ ...query, after, limit });
      yield page;
      if (page.items.length < limit) return;
      left -= limit;
      after = page.cursor;
    }
  }

  async #page({ kinds, ...query }: TelemetryQuery): Promise<Page> {
    const [kind] = kinds ?? [];
    const url = new URL(kinds?.length === 1 && kind !== undefined ? `/api/${kind}s` : '/api/items', this.#url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, parameterOf(value));
    }
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        headers: this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      });
      text = await response.text();
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown };
      throw new StorageError(`expected rimp serve at ${this.#url}: ${toError(cause ?? error).message}`, {
        cause: error,
      });
    }
    if (response.status !== 200) throw new StorageError(`${this.#url} answered ${reasonOf(response.status, text)}`);
    const lines = text.split('\n').filter((line) => line !== '');
    return {
      items: lines.map((line) => decodeLine(line)),
      cursor: response.headers.get('rimp-cursor') ?? undefined,
    };
  }

  #readOnly(): StorageError {
    return new StorageError(`${this.#url} is only read`, { permanent: true });
  }
}

function parameterOf(value: string | number | object): string {
  if (typeof value !== 'object') return String(value);
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? (value as readonly string[]).join(',') : encodeMap(value);
}

/** What is wrong, and what to do about it. */
function reasonOf(status: number, text: string): string {
  const message = /"(?:message|error)":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 200);
  if (status === 401) return `401: ${message}; RIMP_TOKEN is sent if it is set`;
  if (status === 404) return '404: expected the address of a running rimp serve, such as http://127.0.0.1:4318';
  return `${status}: ${message}`;
}
