import type { TelemetryData } from '../model/data.js';
import { show, TelemetryError } from '../model/errors.js';
import { checkOptions, type Rule } from '../model/options.js';
import type { TelemetryStorage } from '../model/storage.js';
import type { SinkHandle } from '../pipeline/pipeline.js';
import type { TelemetryCollector } from './collector.js';
import { INTERNALS } from './internals.js';
import { StreamIterator } from './stream-iterator.js';

/** Takes what a stream brings. What it throws or rejects with is counted, and reaches nobody else. */
export type TelemetryConsumer = (data: TelemetryData) => unknown;

/** Settings of a {@link TelemetryStream}. */
export interface TelemetryStreamOptions {
  /** The collector whose items the stream brings. */
  readonly collector: TelemetryCollector;
  /** Stores what the stream brings; if it is the collector's own, or at the same place, an item is stored once. */
  readonly storage?: TelemetryStorage | undefined;
  /** **Seconds** between the stream's flushes of the collector; default 1. */
  readonly interval?: number | undefined;
}

const MAX_INTERVAL_SECONDS = (2 ** 31 - 1) / 1000;

const RULES: Readonly<Record<keyof TelemetryStreamOptions, Rule>> = {
  collector: { isRight: isCollector, expected: 'a TelemetryCollector' },
  storage: {
    isRight: (value) => typeof (value as Partial<TelemetryStorage> | null)?.store === 'function',
    expected: 'a storage with store()',
  },
  interval: {
    isRight: (value) => typeof value === 'number' && value > 0 && value <= MAX_INTERVAL_SECONDS,
    expected: `a positive number of seconds, at most ${MAX_INTERVAL_SECONDS}`,
  },
};

/** Brings what a collector flushes to consumers and to a storage, and flushes the collector at an interval. */
export class TelemetryStream implements AsyncIterable<TelemetryData> {
  readonly #collector: TelemetryCollector;
  readonly #storage: TelemetryStorage | undefined;
  readonly #intervalMillis: number;
  #consumers: readonly TelemetryConsumer[] = [];
  readonly #iterators = new Set<StreamIterator>();
  #handles: SinkHandle[] | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong. */
  constructor(options: TelemetryStreamOptions);
  constructor(collector: TelemetryCollector, storage?: TelemetryStorage | null, interval?: number);
  constructor(
    first: TelemetryStreamOptions | TelemetryCollector,
    storage?: TelemetryStorage | null,
    interval?: number,
  ) {
    const options: unknown = isCollector(first) ? { collector: first, storage, interval } : first;
    checkOptions('TelemetryStream', withoutNulls(options), RULES);
    const { collector, storage: own, interval: seconds = 1 } = options as TelemetryStreamOptions;
    if (collector === undefined) throw wrong('collector', 'a TelemetryCollector', collector);
    this.#collector = collector;
    this.#storage = own ?? undefined;
    this.#intervalMillis = (seconds ?? 1) * 1000;
  }

  /** Whether the stream is between {@link start} and {@link stop}. */
  get isRunning(): boolean {
    return this.#handles !== undefined;
  }

  /** Adds a consumer; returns a function that removes it. */
  addConsumer(consumer: TelemetryConsumer): () => void {
    if (typeof consumer !== 'function') throw wrong('consumer', 'a function', consumer);
    this.#consumers = [...this.#consumers, consumer];
    let removed = false;
    return () => {
      if (!removed) this.removeConsumer(consumer);
      removed = true;
    };
  }

  /** Removes a consumer; `false` if it wasn't there. */
  removeConsumer(consumer: TelemetryConsumer): boolean {
    const at = this.#consumers.indexOf(consumer);
    if (at < 0) return false;
    this.#consumers = this.#consumers.toSpliced(at, 1);
    return true;
  }

  /** Starts the stream; nothing happens if it runs already. What the collector has buffered comes along. */
  start(): void {
    if (this.#handles !== undefined) return;
    if (!this.#collector.enabled) return;
    this.#stopping = undefined;
    this.#handles = [this.#collector.addSink('stream', { store: (data) => this.#consume(data) })];
    if (this.#storage !== undefined) this.#handles.push(this.#collector.addSink('stream-storage', this.#storage));
    this.#schedule();
  }

  /**
   * Stops the stream: flushes the collector a last time, and resolves when consumers and storage have taken everything.
   * Never rejects. Iterations end once they have been read to the end.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  /** Iterates over what the stream brings, batch by batch, until the stream is stopped. */
  [Symbol.asyncIterator](): AsyncIterator<TelemetryData, undefined> {
    const iterator = new StreamIterator(() => this.#iterators.delete(iterator));
    this.#iterators.add(iterator);
    if (this.#stopping !== undefined) iterator.end();
    return iterator;
  }

  async #drain(): Promise<void> {
    this.#cancelTimer?.();
    // of this round alone: the stream may be started again before this one has ended
    const handles = this.#handles ?? [];
    const iterators = [...this.#iterators];
    this.#handles = undefined;
    for (const iterator of iterators) iterator.letGo();
    this.#collector.flush();
    await Promise.all(handles.map((handle) => handle.remove()));
    for (const iterator of iterators) {
      iterator.end();
      this.#iterators.delete(iterator);
    }
  }

  #schedule(): void {
    this.#cancelTimer = this.#collector[INTERNALS].clock.after(this.#intervalMillis, () => {
      this.#collector.flush();
      this.#schedule();
    });
  }

  async #consume(data: TelemetryData): Promise<void> {
    const takers: TelemetryConsumer[] = [...this.#consumers];
    for (const iterator of this.#iterators) takers.push((batch) => iterator.push(batch));
    await Promise.all(
      takers.map(async (consumer) => {
        try {
          await consumer(data);
        } catch (error) {
          this.#collector[INTERNALS].consumerFailed(error);
        }
      }),
    );
  }
}

function isCollector(value: unknown): value is TelemetryCollector {
  return typeof (value as Partial<TelemetryCollector> | null | undefined)?.addSink === 'function';
}

/** For callers from Python, null stands for the default as well. */
function withoutNulls(options: unknown): unknown {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options;
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, value ?? undefined]));
}

function wrong(field: string, expected: string, value: unknown): TelemetryError {
  return new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `TelemetryStream: expected "${field}" to be ${expected}, got ${show(value)}`,
  );
}
