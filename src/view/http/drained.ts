import type { ServerResponse } from 'node:http';
import type { Clock } from '../../runtime/clock.js';

/** How long a client may take nothing of what it is sent, in milliseconds. */
export const STALL_MILLIS = 30_000;

/**
 * Waits until a client takes more; one that takes nothing for {@link STALL_MILLIS} loses its connection.
 *
 * @param signal - ends the wait: aborted if the client goes away.
 * @returns whether it takes more; `'stalled'` if it lost its connection.
 */
export function drained(response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<boolean | 'stalled'> {
  return new Promise((resolve) => {
    const end = (result: boolean | 'stalled'): void => {
      cancel();
      response.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const onDrain = (): void => end(true);
    const onAbort = (): void => end(false);
    const cancel = clock.after(STALL_MILLIS, () => {
      end('stalled');
      response.destroy();
    });
    response.on('drain', onDrain);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
