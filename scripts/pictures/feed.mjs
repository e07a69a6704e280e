// Feeds an endpoint as the made-up shop does.
import { send } from './otlp.mjs';
import { randomFrom, request } from './shop.mjs';
import { reading } from './shop-metrics.mjs';

const MINUTES_BEFORE = 15;
const EVERY_MILLIS = 10_000;

/** The latest time at which the shop measured: at whole tens of seconds. */
const lastReading = () => Math.floor(Date.now() / EVERY_MILLIS) * EVERY_MILLIS;

/** Sends what was measured before now, so that charts have a past. */
export async function feedPast(endpoint) {
  const random = randomFrom(7);
  const now = Date.now();
  const metrics = [];
  const last = lastReading();
  for (let at = last - MINUTES_BEFORE * 60_000; at <= last; at += EVERY_MILLIS) metrics.push(...reading(random, at));
  await send(endpoint, 'metrics', metrics);
  const traces = Array.from({ length: 40 }, (_, index) => request(random, now - (40 - index) * 1_700));
  await sendTraces(endpoint, traces);
}

/** Sends requests as they come, for so many seconds. */
export async function feed(endpoint, seconds) {
  const random = randomFrom(11);
  const end = Date.now() + seconds * 1_000;
  let measured = lastReading();
  while (Date.now() < end) {
    const now = Date.now();
    const busy = 3 + 2 * Math.sin(now / 9_000) + random() * 2;
    await sendTraces(
      endpoint,
      Array.from({ length: Math.round(busy) }, () => request(random, now - random() * 400)),
    );
    if (lastReading() > measured) {
      measured = lastReading();
      await send(endpoint, 'metrics', reading(random, measured));
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

async function sendTraces(endpoint, traces) {
  await send(
    endpoint,
    'traces',
    traces.flatMap(({ spans }) => spans),
  );
  await send(
    endpoint,
    'logs',
    traces.flatMap(({ logs }) => logs),
  );
}
