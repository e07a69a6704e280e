import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ViewHost } from '../host.js';

/** How long a client may take nothing of what it is sent, in milliseconds. */
const STALL_MILLIS = 30_000;

/**
 * Has a client lose its connection if it takes nothing for 30 seconds.
 *
 * @param what - it was sent, such as `a download`.
 * @returns a function to be called when it takes something.
 */
export function endIfStalled(
  response: ServerResponse,
  host: Pick<ViewHost, 'clock' | 'report'>,
  what: string,
): () => void {
  return host.clock.after(STALL_MILLIS, () => {
    host.report('live_view', `${what} was ended: its client took nothing for ${STALL_MILLIS / 1_000} seconds`);
    response.destroy();
  });
}

/**
 * Waits until a client takes more, has lost its connection, or the wait is ended.
 *
 * @param signal - ends the wait: aborted if the client goes away.
 */
export async function drained(
  response: ServerResponse,
  host: Pick<ViewHost, 'clock' | 'report'>,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const cancel = endIfStalled(response, host, what);
  // the wait that was ended has nothing more to say
  await once(response, 'drain', { signal }).catch(() => undefined);
  cancel();
}
