import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getJson, type Parameters } from '../api/request.js';
import { isRefusal, refuse } from '../state/refusal.js';

/** What was asked for last, and what is wrong. */
export interface Polled<T> {
  /** The latest answer to the present question; it stays while the next one is on its way. */
  readonly answer: ReadonlySignal<T | undefined>;
  /** Why there is none, or no newer one; `''` if all is well. */
  readonly problem: ReadonlySignal<string>;
}

/** How long after an answer to ask again. */
const EVERY_MILLIS = 5_000;

/**
 * Asks the API while a component is shown, again and again; not while its tab is hidden.
 *
 * @param path - `undefined` if there is nothing to ask.
 */
export function usePolled<T>(path: string | undefined, parameters: Parameters): Polled<T> {
  const key = path === undefined ? undefined : `${path} ${JSON.stringify(parameters)}`;
  return usePolledBy<T>(key, (signal) => getJson<T>(path ?? '', parameters, signal), EVERY_MILLIS);
}

/**
 * The same by a function.
 *
 * @param key - says when the question is another one; `undefined` if there is none.
 * @param goesOn - whether to ask again after an answer; default: yes.
 */
export function usePolledBy<T>(
  key: string | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
  everyMillis: number,
  goesOn: (answer: T) => boolean = () => true,
): Polled<T> {
  const answer = useSignal<T | undefined>(undefined);
  const problem = useSignal('');
  useEffect(() => {
    if (key === undefined) {
      answer.value = undefined;
      problem.value = '';
      return undefined;
    }
    const aborted = new AbortController();
    const { signal } = aborted;
    const run = async () => {
      while (!signal.aborted) {
        try {
          const found = await ask(signal);
          if (signal.aborted) return;
          answer.value = found;
          problem.value = '';
          if (!goesOn(found)) return;
        } catch (error) {
          if (signal.aborted) return;
          problem.value = error instanceof Error ? error.message : String(error);
          if (isRefusal(error)) {
            refuse(error);
            return;
          }
        }
        await pause(everyMillis, signal);
      }
    };
    void run();
    return () => aborted.abort();
  }, [key, everyMillis]);
  return { answer, problem };
}

/** Waits, and until the tab is shown. */
function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false;
    const look = () => {
      if (!signal.aborted && (!isOver || document.hidden)) return;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    const timer = setTimeout(() => {
      isOver = true;
      look();
    }, millis);
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
  });
}
