import { TelemetryData } from '../model/data.js';
import type { TelemetryEvent } from '../model/event.js';
import { sizeOfEvent, sizeOfMetric } from '../model/item-size.js';
import type { TelemetryMetric } from '../model/metric.js';

/** Bytes that fill the buffer, however few items they are: to write them takes some 20 ms of whoever collects the last. */
const MAX_BUFFER_BYTES = 4 * 1024 * 1024;

/** What was taken out of a buffer. */
export interface Buffered {
  readonly data: TelemetryData;
  /** An estimate of the memory that it takes. */
  readonly bytes: number;
}

/** The items that wait for the next flush, in order, and when they are enough for one. */
export class ItemBuffer {
  readonly #capacity: number;
  readonly #countsEachKind: boolean;
  #events: TelemetryEvent[] = [];
  #metrics: TelemetryMetric[] = [];
  #bytes = 0;

  /**
   * @param capacity - items of both kinds that fill it.
   * @param countsEachKind - whether each kind of items fills it for itself.
   */
  constructor(capacity: number, countsEachKind: boolean) {
    this.#capacity = capacity;
    this.#countsEachKind = countsEachKind;
  }

  get size(): number {
    return this.#events.length + this.#metrics.length;
  }

  /** Whether it takes so much memory that it is flushed whatever holds a full buffer back. */
  get isHeavy(): boolean {
    return this.#bytes >= MAX_BUFFER_BYTES;
  }

  get isFull(): boolean {
    if (!this.#countsEachKind) return this.size >= this.#capacity;
    return this.#events.length >= this.#capacity || this.#metrics.length >= this.#capacity;
  }

  /** @param metadataBytes - as for `sizeOfItem`. */
  addEvent(event: TelemetryEvent, metadataBytes?: number): void {
    this.#events.push(event);
    this.#bytes += sizeOfEvent(event, metadataBytes);
  }

  /** @param tagBytes - as for `sizeOfItem`. */
  addMetric(metric: TelemetryMetric, tagBytes?: number): void {
    this.#metrics.push(metric);
    this.#bytes += sizeOfMetric(metric, tagBytes);
  }

  /** Takes everything out. */
  take(): Buffered {
    const taken = { data: new TelemetryData({ events: this.#events, metrics: this.#metrics }), bytes: this.#bytes };
    this.#events = [];
    this.#metrics = [];
    this.#bytes = 0;
    return taken;
  }
}
