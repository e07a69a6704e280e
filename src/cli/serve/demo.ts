import { toError } from '../../model/errors.js';
import { err } from '../output/output.js';
import { Shop, type ShopRequest } from './demo-shop.js';

/** How much of the past an example has. */
const PAST_MILLIS = 10 * 60_000;
const STEP_MILLIS = 250;
const METRICS_MILLIS = 5_000;
/** Steps of the past that go into one request of each signal. */
const PAST_STEPS = 240;

/** Sends a receiver the telemetry of an example, its last ten minutes first, until a signal. */
export function runDemo(url: string, token: string | undefined, signal: AbortSignal): void {
  const shop = new Shop();
  sendAll(shop, url, token, signal).catch((error: unknown) => {
    if (!signal.aborted) err.message(`rimp serve: the example ended: ${toError(error).message}`);
  });
}

async function sendAll(shop: Shop, url: string, token: string | undefined, signal: AbortSignal): Promise<void> {
  let at = Date.now() - PAST_MILLIS;
  let measuredAt = at;
  while (!signal.aborted) {
    const now = Date.now();
    for (let steps = 0; at <= now && steps < PAST_STEPS; at += STEP_MILLIS, steps += 1) {
      shop.step(at);
      if (at - measuredAt < METRICS_MILLIS) continue;
      shop.measure(at);
      measuredAt = at;
    }
    for (const request of shop.take()) await post(request, url, token, signal);
    if (at > now) await pause(STEP_MILLIS, signal);
  }
}

async function post(
  { path, body }: ShopRequest,
  url: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
  await response.arrayBuffer();
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
