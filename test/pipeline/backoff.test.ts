import { describe, expect, it } from '@jest/globals';
import { Backoff, FIRST_DELAY_MILLIS, LAST_DELAY_MILLIS, MAX_ASKED_MILLIS } from '../../src/pipeline/backoff.js';
import { ManualClock } from '../helpers/clock.js';

/** Milliseconds until the next attempt is due, to the nearest of so many. */
async function delayOf(backoff: Backoff, clock: ManualClock, askedMillis?: number): Promise<number> {
  const from = clock.now();
  let over = false;
  const due = backoff.failed(askedMillis).then(() => {
    over = true;
  });
  while (!over) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.now() - from > 2 * MAX_ASKED_MILLIS) throw new Error('the pause never ends');
    if (clock.now() - from > 40_000) clock.advance(100_000);
  }
  await due;
  return clock.now() - from;
}

describe('Backoff', () => {
  it('doubles its pauses up to the longest, and begins anew after a success', async () => {
    const clock = new ManualClock();
    const backoff = new Backoff(clock, () => 1);
    const delays: number[] = [];
    for (let i = 0; i < 11; i += 1) delays.push(await delayOf(backoff, clock));
    expect(delays.slice(0, 5)).toEqual([100, 200, 400, 800, 1_600]);
    expect(delays.slice(-2)).toEqual([LAST_DELAY_MILLIS, LAST_DELAY_MILLIS]);
    expect(backoff.failures).toBe(11);
    backoff.reset();
    expect(await delayOf(backoff, clock)).toBe(FIRST_DELAY_MILLIS);
  });

  it('has jitter of half a pause, so that many processes do not come back together', async () => {
    const clock = new ManualClock();
    expect(await delayOf(new Backoff(clock, () => 0), clock)).toBe(FIRST_DELAY_MILLIS / 2);
  });

  it('waits as long as the server asks, up to an hour', async () => {
    const clock = new ManualClock();
    const asked = new Backoff(clock, () => 0);
    expect(await delayOf(asked, clock, 5_000)).toBe(5_000);
    expect(await delayOf(asked, clock, 0)).toBe(FIRST_DELAY_MILLIS);
    const hour = await delayOf(asked, clock, 24 * MAX_ASKED_MILLIS);
    expect(hour).toBeGreaterThanOrEqual(MAX_ASKED_MILLIS);
    expect(hour).toBeLessThan(MAX_ASKED_MILLIS + 200_000);
  });

  it('lets a long pause be cut short after a second, but not one that the server asked for', async () => {
    const clock = new ManualClock();
    const backoff = new Backoff(clock, () => 1);
    for (let i = 0; i < 5; i += 1) await delayOf(backoff, clock);
    const from = clock.now();
    const long = backoff.failed();
    backoff.cut();
    clock.advance(990);
    expect(clock.pending).toBe(2);
    clock.advance(10);
    await long;
    expect(clock.now() - from).toBe(1_000);
    const late = backoff.failed();
    clock.advance(2_000);
    backoff.cut();
    await late;
    const asked = backoff.failed(5_000);
    expect(backoff.isAsked).toBe(true);
    backoff.cut();
    clock.advance(4_999);
    expect(backoff.isAsked).toBe(true);
    backoff.end();
    await asked;
    expect(backoff.isAsked).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
