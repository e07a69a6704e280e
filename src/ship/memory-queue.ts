import type { OtlpProtocol } from '../otlp/config/settings.js';
import type { QueueEntry, Room } from '../otlp/queue/segment.js';
import type { DeliverySource } from '../otlp/send/delivery.js';

/** An entry, and what is called when it was delivered or refused. */
export interface ShipEntry extends QueueEntry {
  readonly onDone: () => void;
}

/** Bytes that wait at most, so that reading goes no further ahead. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A bounded queue in memory between what reads and what sends. */
export class MemoryQueue implements DeliverySource {
  readonly #protocol: OtlpProtocol;
  #entries: ShipEntry[] = [];
  #bytes = 0;
  #wakes: (() => void)[] = [];

  constructor(protocol: OtlpProtocol) {
    this.#protocol = protocol;
  }

  get items(): number {
    let items = 0;
    for (const entry of this.#entries) items += entry.items;
    return items;
  }

  push(entry: ShipEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.payload.byteLength;
  }

  /** Resolves when there is room, or nothing at all waits any more; `false` if the end was asked for. */
  async until(what: 'room' | 'empty', signal: AbortSignal): Promise<boolean> {
    while (what === 'room' ? this.#bytes > MAX_BYTES : this.#entries.length > 0) {
      if (signal.aborted) return false;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#wakes.push(done);
        signal.addEventListener('abort', done);
      });
    }
    return !signal.aborted;
  }

  take({ maxBytes }: Room): ReturnType<DeliverySource['take']> {
    if (this.#entries.length === 0) return Promise.resolve(undefined);
    let bytes = 0;
    let count = 0;
    for (const { payload } of this.#entries) {
      bytes += payload.byteLength;
      if (count > 0 && bytes > maxBytes) break;
      count += 1;
    }
    return Promise.resolve({ entries: this.#entries.slice(0, count), protocol: this.#protocol });
  }

  ack(entries: readonly QueueEntry[]): void {
    for (const entry of this.#entries.splice(0, entries.length)) {
      this.#bytes -= entry.payload.byteLength;
      entry.onDone();
    }
    for (const wake of this.#wakes.splice(0)) wake();
  }

  nack(): void {
    // they are still the first
  }
}
