import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FaultyFs } from '../../helpers/faulty-fs.js';
import { CountedQueue, leasesIn, queueDirectory, removeQueues, segmentsIn } from '../../helpers/queue.js';

afterEach(removeQueues);

const MAX_BYTES = 20_000;
const bytesOf = (queues: readonly CountedQueue[]): number => queues.reduce((sum, { queue }) => sum + queue.bytes, 0);

describe('the bound of a queue directory', () => {
  it('holds for what is found and what is appended together, and the oldest leave first', async () => {
    const directory = queueDirectory();
    const first = new CountedQueue(directory, { maxBytes: MAX_BYTES });
    for (let i = 0; i < 80; i += 1) first.append(`first ${i}`);
    await first.queue.close();
    const second = new CountedQueue(directory, { maxBytes: MAX_BYTES });
    for (let i = 0; i < 150; i += 1) second.append(`second ${i}`);
    expect(bytesOf([second])).toBeLessThanOrEqual(MAX_BYTES);
    expect(second.lost).toBeGreaterThan(0);
    expect(second.imbalance).toBe(0);
    await second.drain();
    expect(second.delivered.at(-1)).toBe('second 149.0');
  });

  it('holds for all that share it, each of which keeps its share', () => {
    const directory = queueDirectory();
    const queues = [0, 1, 2].map(() => new CountedQueue(directory, { maxBytes: MAX_BYTES }));
    const [greedy, ...others] = queues as [CountedQueue, CountedQueue, CountedQueue];
    for (let i = 0; i < 300; i += 1) greedy.append(`greedy ${i}`);
    expect(bytesOf(queues)).toBeLessThanOrEqual(MAX_BYTES);
    expect(bytesOf([greedy])).toBeGreaterThan(MAX_BYTES / 2);
    for (const queue of others) {
      queue.clock.advance(10_000);
      for (let i = 0; i < 300; i += 1) queue.append(`other ${i}`);
    }
    greedy.clock.advance(10_000);
    for (const queue of queues) {
      queue.append('last');
      expect(bytesOf([queue])).toBeGreaterThan(MAX_BYTES / 5);
      expect(queue.imbalance).toBe(0);
    }
    expect(bytesOf(queues)).toBeLessThanOrEqual(MAX_BYTES * 1.2);
  });
});

describe('a disk that is full', () => {
  it('has items wait in memory, which are on disk when it takes them, and left to the next start', async () => {
    const directory = queueDirectory();
    const queue = new CountedQueue(directory);
    for (let i = 0; i < 10; i += 1) queue.append(`before ${i}`);
    const full = new FaultyFs({ under: directory, code: 'ENOSPC', only: /^write/, count: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 10; i += 1) queue.append(`full ${i}`);
    full.restore();
    expect([queue.queue.items, queue.lost]).toEqual([20, 0]);
    await queue.queue.close();
    expect([queue.queue.items, queue.lost]).toEqual([20, 0]);
    const next = new CountedQueue(directory);
    await next.drain();
    expect(next.delivered.length).toBe(20);
    expect(next.delivered[19]).toBe('full 9.0');
  });

  it('is counted as a loss at the end if it takes nothing until then', async () => {
    const directory = queueDirectory();
    const queue = new CountedQueue(directory);
    for (let i = 0; i < 10; i += 1) queue.append(`before ${i}`);
    const full = new FaultyFs({ under: directory, code: 'ENOSPC', only: /^write/, count: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 10; i += 1) queue.append(`full ${i}`);
    await queue.queue.close();
    full.restore();
    expect([queue.queue.items, queue.lost, queue.imbalance]).toEqual([10, 10, 0]);
    expect(new CountedQueue(directory).found).toBe(10);
  });

  it('writes what waits in memory as soon as it can, without another item', () => {
    const directory = queueDirectory();
    rmSync(directory, { recursive: true });
    const queue = new CountedQueue(directory);
    rmSync(directory, { recursive: true, force: true });
    writeFileSync(directory, '');
    queue.append('waits');
    rmSync(directory);
    mkdirSync(directory);
    queue.clock.advance(10_000);
    expect(segmentsIn(directory).length).toBe(1);
  });
});

describe('a mark', () => {
  it('is past when what was there has left, whatever came later', async () => {
    const directory = queueDirectory();
    const left = new CountedQueue(directory);
    left.append('left');
    await left.queue.close();
    const queue = new CountedQueue(directory);
    queue.append('one');
    const isPast = queue.queue.mark();
    queue.append('two');
    for (const past of [false, true]) {
      expect(isPast()).toBe(false);
      const taken = await queue.queue.take({ maxBytes: 1 });
      queue.queue.ack(taken?.entries ?? []);
      expect(isPast()).toBe(past);
    }
    expect(queue.queue.items).toBe(1);
    expect(queue.queue.mark()()).toBe(false);
  });

  it('is past when what was there had to make room', () => {
    const queue = new CountedQueue(queueDirectory(), { maxBytes: 2_000 });
    queue.append('one');
    const isPast = queue.queue.mark();
    for (let i = 0; i < 50; i += 1) queue.append(`later ${i}`);
    expect(isPast()).toBe(true);
  });
});

it('a directory that was taken away while it is used is made anew, and nothing escapes', async () => {
  const directory = queueDirectory();
  const queue = new CountedQueue(directory);
  queue.append('one');
  renameSync(join(directory, leasesIn(directory)[0] ?? ''), join(directory, 'moved'));
  queue.clock.advance(10_000);
  queue.append('two');
  await queue.drain();
  await queue.queue.close();
  expect(queue.delivered).toContain('two.0');
  expect(queue.imbalance).toBe(0);
});

it('gives as many items as have room in a request, in order, what came back and what came meanwhile included', async () => {
  const queue = new CountedQueue(queueDirectory());
  for (let i = 0; i < 10; i += 1) queue.append(`first ${i}`, 3);
  const given: number[] = [];
  for (let round = 0; ; round += 1) {
    const taken = await queue.queue.take({ maxBytes: 100_000, maxItems: 7 });
    if (taken === undefined) break;
    given.push(taken.entries.reduce((sum, { items }) => sum + items, 0));
    if (round === 0) queue.append('large', 20);
    if (round % 3 === 0) {
      queue.queue.nack(taken.entries);
      continue;
    }
    queue.queue.ack(taken.entries.slice(0, 1));
    queue.queue.nack(taken.entries.slice(1));
  }
  expect(new Set(given)).toEqual(new Set([6, 3, 20]));
  expect(queue.queue.items).toBe(0);
});
