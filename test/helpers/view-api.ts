import { MemoryStorage, TelemetryCollector, TelemetryData, TelemetryEvent, type TelemetryMetric } from 'rimp-telemetry';
import type { StreamReader } from './event-stream.js';
import { type ServedView, serveView } from './live-view.js';

/** A page of lines as the API answers with. */
interface Page {
  readonly messages: string[];
  readonly cursor: string;
  readonly isEnd: boolean;
}

/** A live view over a storage in memory, and what its API answers. */
export class ViewApi {
  readonly storage = new MemoryStorage({ maxEvents: 100_000 });
  #served: ServedView | undefined;

  /** Begins anew. */
  async start(): Promise<void> {
    await this.storage.clear();
    this.#served = await serveView({}, new TelemetryCollector({}, { storage: this.storage }));
  }

  get collector(): TelemetryCollector {
    return (this.#served as ServedView).collector;
  }

  reader(search?: string): StreamReader {
    return (this.#served as ServedView).reader(search);
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#served?.url}/api/${path}`, init);
  }

  /** An answer of JSON. */
  async get<T>(path: string): Promise<T> {
    const response = await this.fetch(path);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** An answer of lines. */
  async page(path: string): Promise<Page> {
    const response = await this.fetch(path);
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    const items = lines.map((line) => JSON.parse(line) as { data: { message?: string; name?: string } });
    return {
      messages: items.map(({ data }) => data.message ?? data.name ?? ''),
      cursor: response.headers.get('rimp-cursor') ?? '',
      isEnd: response.headers.get('rimp-end') === 'true',
    };
  }

  store(events: TelemetryEvent[], metrics: TelemetryMetric[] = []): Promise<void> {
    return this.storage.store(new TelemetryData({ events, metrics }));
  }
}

/** A moment some seconds after the same one. */
export const at = (second: number): Date => new Date(Date.parse('2026-11-24T10:00:00Z') + second * 1_000);

export const event = (second: number, message: string, more: object = {}): TelemetryEvent =>
  new TelemetryEvent({ timestamp: at(second), source: 'shop', message, ...more });
