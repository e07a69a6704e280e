import type { TelemetryData } from '../model/data.js';

type Result = IteratorResult<TelemetryData, undefined>;

/** One iteration over a stream. Whoever reads slowly makes batches wait in the sink's bounded queue, not here. */
export class StreamIterator implements AsyncIterator<TelemetryData, undefined> {
  #waiting: { readonly data: TelemetryData; readonly taken: () => void }[] = [];
  #readers: ((result: Result) => void)[] = [];
  #ended = false;
  #released = false;
  readonly #onReturn: () => void;

  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** Hands over a batch; resolves when it was read, or when nobody is to wait for readers any more. */
  push(data: TelemetryData): Promise<void> {
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader({ done: false, value: data });
      return Promise.resolve();
    }
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ data, taken: resolve });
      if (this.#released) resolve();
    });
  }

  /** From now on nobody waits for the reader: what comes is kept here. */
  letGo(): void {
    this.#released = true;
    for (const { taken } of this.#waiting) taken();
  }

  /** Nothing more comes. */
  end(): void {
    this.#ended = true;
    this.letGo();
    for (const reader of this.#readers) reader({ done: true, value: undefined });
    this.#readers = [];
  }

  next(): Promise<Result> {
    const first = this.#waiting.shift();
    if (first !== undefined) {
      first.taken();
      return Promise.resolve({ done: false, value: first.data });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  return(): Promise<Result> {
    this.#onReturn();
    this.end();
    this.#waiting = [];
    return Promise.resolve({ done: true, value: undefined });
  }
}
