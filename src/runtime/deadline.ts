import { TelemetryError } from '../model/errors.js';
import { MAX_DELAY_MILLIS, monotonicNow, unref } from './system-clock.js';

/** What became of a flush or a shutdown. Nothing of it is thrown at the caller. */
export interface FlushResult {
  /**
   * Whether everything was handed on within the time: stored by each sink, and over OTLP sent, or written to the queue on
   * disk if there is one. An endpoint that takes nothing for now makes it false only without such a queue.
   */
  readonly complete: boolean;
  /** What failed; empty if `complete` is true. */
  readonly errors: readonly Error[];
}

/** How long a flush or a shutdown may take unless the caller says so, in milliseconds. */
export const DEFAULT_TIMEOUT_MILLIS = 30_000;

/**
 * Waits for a promise, but no longer than until a moment.
 *
 * @param deadlineMillis - on the clock of {@link monotonicNow}, as {@link deadlineOf} gives it.
 * @param keepsAlive - whether the timer keeps the process alive, as somebody waits; default true.
 * @throws TelemetryError `RIMP_TIMEOUT` when the time is over.
 */
export function within<T>(promise: Promise<T>, deadlineMillis: number, what: string, keepsAlive = true): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TelemetryError('RIMP_TIMEOUT', `${what} took longer than allowed`));
    }, leftUntil(deadlineMillis));
    if (!keepsAlive) unref(timer);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The moment, on the clock of {@link monotonicNow}, by which something with an optional `timeoutMillis` must be over. */
export function deadlineOf(options: { readonly timeoutMillis?: number | undefined } | undefined): number {
  const timeout = options?.timeoutMillis;
  return monotonicNow() + (typeof timeout === 'number' && timeout >= 0 ? timeout : DEFAULT_TIMEOUT_MILLIS);
}

/** The time that is left until a moment, for what takes a `timeoutMillis` of its own and gives it to a timer. */
export function leftUntil(deadlineMillis: number): number {
  return Math.min(MAX_DELAY_MILLIS, Math.max(0, deadlineMillis - monotonicNow()));
}
