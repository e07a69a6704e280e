import type { TelemetryData } from '../model/data.js';

/** Hears each item while it is collected, as a {@link TelemetryData} that holds that item alone. */
export type TelemetryListener = (data: TelemetryData) => unknown;

/** How deep listeners are called for what listeners collected. */
export const MAX_DEPTH = 8;

/** The listeners of a collector, in the order in which they were added. */
export class Listeners {
  #listeners: readonly TelemetryListener[] = [];
  #depth = 0;
  /** Listeners that threw or rejected. */
  errors = 0;
  /** Items that no listener heard, as listeners that collect had reached the greatest depth. */
  unheard = 0;
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get count(): number {
    return this.#listeners.length;
  }

  add(listener: TelemetryListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    let removed = false;
    return () => {
      if (!removed) this.remove(listener);
      removed = true;
    };
  }

  remove(listener: TelemetryListener): boolean {
    const at = this.#listeners.indexOf(listener);
    if (at < 0) return false;
    this.#listeners = this.#listeners.toSpliced(at, 1);
    return true;
  }

  notify(data: TelemetryData): void {
    if (this.#depth >= MAX_DEPTH) {
      this.unheard += 1;
      return;
    }
    this.#depth += 1;
    try {
      for (const listener of this.#listeners) callSafely(listener, data, this.#fail);
    } finally {
      this.#depth -= 1;
    }
  }

  readonly #fail = (error: unknown): void => {
    this.errors += 1;
    this.#onError(error);
  };
}

/** Calls a function that may throw or reject; either is reported, neither goes any further. */
export function callSafely<T>(call: (argument: T) => unknown, argument: T, onError: (error: unknown) => void): void {
  try {
    const result = call(argument);
    if (typeof result === 'object' && result !== null && typeof (result as PromiseLike<unknown>).then === 'function') {
      Promise.resolve(result).catch(onError);
    }
  } catch (error) {
    onError(error);
  }
}
