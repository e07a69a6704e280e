import { afterEach, describe, expect, it } from '@jest/globals';
import { openBelow } from '../../helpers/descriptors.js';
import { FaultyFs } from '../../helpers/faulty-fs.js';
import { CountedQueue, queueDirectory, removeQueues } from '../../helpers/queue.js';

afterEach(removeQueues);

const CODES = ['EIO', 'ENOSPC', 'EACCES', 'ENOENT', 'EMFILE', 'ELOOP', 'EROFS', 'EPERM', 'SHORT'];
const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);

/**
 * The whole life of a queue: what was left before is found, entries are appended, sent in part, leases renewed, files
 * begun and removed, and what waits is left to the next one.
 */
async function live(directory: string, name: string): Promise<CountedQueue> {
  const queue = new CountedQueue(directory, { maxBytes: 4_000 });
  for (let i = 0; i < 6; i += 1) queue.append(`${name} ${i}`, 2);
  const taken = await queue.queue.take({ maxBytes: 500 }).catch(() => undefined);
  if (taken !== undefined) queue.queue.nack(taken.entries);
  queue.clock.advance(10_000);
  await queue.drain(3);
  expect(queue.imbalance).toBe(0);
  for (let i = 6; i < 20; i += 1) queue.append(`${name} ${i}`, 2);
  queue.clock.advance(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(queue.imbalance).toBe(0);
  await queue.queue.close();
  expect(queue.imbalance).toBe(0);
  return queue;
}

/** The same, before it with nothing and behind it with everything in order. */
async function withFault(code: string, from: number, count: number): Promise<number> {
  const directory = queueDirectory();
  const first = await live(directory, 'first');
  const faulty = new FaultyFs({ under: directory, code, from, count });
  let second: CountedQueue;
  try {
    second = await live(directory, 'second');
  } finally {
    faulty.restore();
  }
  expect(openBelow(directory)).toBe(0);
  const third = new CountedQueue(directory, { maxBytes: 1_000_000 });
  // what could not be opened is looked at again
  third.clock.advance(10_000);
  await third.drain();
  expect(third.imbalance).toBe(0);
  // nothing that was accepted is gone without being counted
  const waited = first.queue.items + 2 * 20;
  const seen = new Set([...second.delivered, ...third.delivered]).size;
  expect(seen + second.lost + third.lost).toBeGreaterThanOrEqual(waited);
  return faulty.failed.length;
}

describe('a disk on which any one call fails', () => {
  it.each(CODES)(
    '%s: nothing escapes, the counters balance, and what is lost is counted',
    async (code) => {
      process.on('uncaughtException', note);
      process.on('unhandledRejection', note);
      try {
        let at = 0;
        while ((await withFault(code, at, 1)) > 0 || (code === 'SHORT' && at < 200)) at += 1;
        expect(at).toBeGreaterThan(50);
        for (let from = 0; from < at; from += 13) await withFault(code, from, Number.POSITIVE_INFINITY);
        expect(escaped).toEqual([]);
      } finally {
        process.off('uncaughtException', note);
        process.off('unhandledRejection', note);
      }
    },
    120_000,
  );
});
