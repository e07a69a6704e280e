import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Leases } from '../../../src/otlp/queue/lease.js';
import { currentPlace, currentThread, isThreadAlive } from '../../../src/runtime/liveness.js';
import { CountedQueue, leasesIn, queueDirectory, removeQueues, segmentsIn } from '../../helpers/queue.js';

afterEach(removeQueues);

const { host, boot, namespace } = currentPlace();
const DEAD = `${host}-${boot}-${namespace}.4194304.1`;
const ELSEWHERE = 'other-host-00000000-00000000.1.1';
const NEXT_CENTURY = 4_102_444_800;

/** A directory with one record that a holder of that name left. */
async function leftBy(holder: string, created: number | string = 1_700_000_000_000, text = 'left'): Promise<string> {
  const directory = queueDirectory();
  const queue = new CountedQueue(directory);
  queue.append(text);
  await queue.queue.close();
  const [name = ''] = leasesIn(directory);
  renameSync(join(directory, name), join(directory, `logs.json.${created}.${holder}.aabbccdd`));
  return directory;
}

const touched = (directory: string, seconds: number): void =>
  utimesSync(join(directory, leasesIn(directory)[0] ?? ''), seconds, seconds);

describe('what a holder left in a queue directory', () => {
  it('is taken over at once if the holder was a thread of this machine that has ended', async () => {
    for (const created of [1_700_000_000_000, NEXT_CENTURY * 1_000, '0', '999999999999999']) {
      const directory = await leftBy(DEAD, created);
      touched(directory, NEXT_CENTURY);
      expect(new CountedQueue(directory).found).toBe(1);
    }
  });

  it('is taken over at once if the machine was started again since', async () => {
    const directory = await leftBy(`${host}-00000000-${namespace}.${process.pid}.1`);
    touched(directory, Date.now() / 1000);
    expect(new CountedQueue(directory).found).toBe(1);
  });

  it('stays with a holder that lives', async () => {
    const { id, start } = currentThread();
    const directory = await leftBy(`${host}-${boot}-${namespace}.${id}.${start}`);
    touched(directory, 1);
    const queue = new CountedQueue(directory);
    queue.clock.advance(10_000);
    expect(queue.found).toBe(0);
  });

  it.each([
    ['in the future', NEXT_CENTURY],
    ['that is fresh', Date.now() / 1000],
  ])('elsewhere is taken over if a time %s does not change for a minute, by the monotonic clock', async (_, time) => {
    const directory = await leftBy(ELSEWHERE);
    touched(directory, time);
    let now = 5_000;
    const leases = new Leases(
      directory,
      'logs',
      () => undefined,
      () => now,
    );
    expect(leases.adopt()).toEqual([]);
    expect(leases.others).toBe(1);
    now += 50_000;
    expect(leases.adopt()).toEqual([]);
    touched(directory, time - 1);
    expect(leases.adopt()).toEqual([]);
    now += 59_000;
    expect(leases.adopt()).toEqual([]);
    now += 1_000;
    expect(leases.adopt().length).toBe(1);
    expect(leases.others).toBe(0);
  });

  it('elsewhere is taken over at the start if it is over a minute old', async () => {
    const directory = await leftBy(ELSEWHERE);
    touched(directory, Date.now() / 1000 - 61);
    expect(new CountedQueue(directory).found).toBe(1);
  });

  it('is sent in the order of the times in the names, and all of it, whatever they say', async () => {
    const directory = queueDirectory();
    for (const created of [2, 1, 999_999_999_999_999]) {
      const left = await leftBy(DEAD, created, `created ${created}`);
      const [name = ''] = leasesIn(left);
      renameSync(join(left, name), join(directory, name));
    }
    const queue = new CountedQueue(directory);
    await queue.drain();
    expect(queue.delivered).toEqual(['created 1.0', 'created 2.0', 'created 999999999999999.0']);
  });

  it('is taken over by one of many that look at the same time', async () => {
    const directory = await leftBy(DEAD);
    const queues = Array.from({ length: 8 }, () => new CountedQueue(directory));
    expect(queues.reduce((sum, { found }) => sum + found, 0)).toBe(1);
  });
});

describe('a worker thread', () => {
  it('leaves its directory to its process when it was terminated', async () => {
    const directory = queueDirectory();
    const queue = new CountedQueue(directory);
    // it holds a directory as a worker of an application does, by a name that its own thread has
    const worker = new Worker(
      `const { readlinkSync, readFileSync } = require('node:fs');
       const thread = (readlinkSync('/proc/thread-self')).split('/').at(-1);
       const stat = readFileSync('/proc/' + thread + '/stat', 'utf8');
       const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
       require('node:worker_threads').parentPort.postMessage({ id: Number(thread), start: Number(start) });
       setInterval(() => {}, 1000);`,
      { eval: true },
    );
    const thread = await new Promise<{ id: number; start: number }>((resolve) => worker.once('message', resolve));
    expect(thread.id).not.toBe(process.pid);
    expect(isThreadAlive(thread)).toBe(true);
    const left = await leftBy(`${host}-${boot}-${namespace}.${thread.id}.${thread.start}`);
    const [name = ''] = leasesIn(left);
    renameSync(join(left, name), join(directory, name));
    queue.clock.advance(10_000);
    expect(queue.found).toBe(0);
    await worker.terminate();
    expect(isThreadAlive(thread)).toBe(false);
    queue.clock.advance(10_000);
    expect(queue.found).toBe(1);
  });
});

describe('the files of a queue', () => {
  it('are 0600 in directories of 0700', async () => {
    const former = process.umask(0);
    try {
      const directory = join(queueDirectory(), 'new', 'queue');
      const queue = new CountedQueue(directory);
      queue.append('one');
      const taken = await queue.queue.take({ maxBytes: 1_000 });
      queue.queue.ack(taken?.entries ?? []);
      queue.append('two');
      const [lease = ''] = leasesIn(directory);
      const modes = readdirSync(join(directory, lease)).map((name) => [name, modeOf(join(directory, lease, name))]);
      expect(modes).toEqual([
        ['000000000001.otlp', 0o600],
        ['offset', 0o600],
      ]);
      expect([modeOf(directory), modeOf(join(directory, lease))]).toEqual([0o700, 0o700]);
    } finally {
      process.umask(former);
    }
  });

  it('are never written through a link that somebody planted', async () => {
    const directory = queueDirectory();
    const precious = join(directory, 'precious');
    writeFileSync(precious, 'precious');
    const queue = new CountedQueue(directory);
    const [own = ''] = await leaseOf(queue, directory);
    symlinkSync(precious, join(directory, own, 'offset'));
    symlinkSync(precious, join(directory, own, '000000000002.otlp'));
    for (let i = 0; i < 10; i += 1) queue.append(`event ${i}`, 1);
    await queue.drain();
    await queue.queue.close();
    expect(queue.deliveredItems).toBe(11);
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  it.each(['offset', '000000000001.otlp'])('are not read through a link in the place of %s', async (name) => {
    const directory = await leftBy(DEAD);
    const lease = join(directory, leasesIn(directory)[0] ?? '');
    const aside = join(directory, 'aside');
    if (existsSync(join(lease, name))) renameSync(join(lease, name), aside);
    else writeFileSync(aside, 'text');
    symlinkSync(aside, join(lease, name));
    const before = readFileSync(aside);
    const queue = new CountedQueue(directory);
    await queue.drain();
    await queue.queue.close();
    expect(readFileSync(aside)).toEqual(before);
    expect(queue.deliveredItems).toBe(name === 'offset' ? 1 : 0);
    expect(queue.imbalance).toBe(0);
  });

  it('are left alone if a lease is a link, a loop of links or a file', async () => {
    const directory = queueDirectory();
    const elsewhere = await leftBy(DEAD);
    const [name = ''] = leasesIn(elsewhere);
    symlinkSync(join(elsewhere, name), join(directory, name));
    const loop = `logs.json.2.${DEAD}.bb`;
    symlinkSync(join(directory, loop), join(directory, loop));
    const foreignLoop = `logs.json.3.${ELSEWHERE}.cc`;
    symlinkSync(join(directory, foreignLoop), join(directory, foreignLoop));
    writeFileSync(join(directory, `logs.json.4.${DEAD}.dd`), '');
    const queue = new CountedQueue(directory);
    queue.clock.advance(10_000);
    queue.append('mine');
    await queue.drain();
    expect([queue.found, queue.delivered]).toEqual([0, ['mine.0']]);
    expect(lstatSync(join(directory, name)).isSymbolicLink()).toBe(true);
    expect(segmentsIn(elsewhere).length).toBe(1);
    // reported once each, not every 10 seconds
    expect(queue.said.filter((what) => what.includes('is left as it is')).length).toBe(4);
  });
});

describe('a queue directory', () => {
  it('that is a loop of links throws nothing, keeps items in memory, and takes them when it is one', async () => {
    const directory = join(queueDirectory(), 'loop');
    symlinkSync(directory, directory);
    const queue = new CountedQueue(directory);
    queue.append('early');
    queue.clock.advance(10_000);
    expect([queue.queue.items, queue.lost]).toEqual([1, 0]);
    rmSync(directory);
    queue.clock.advance(10_000);
    expect(segmentsIn(directory).length).toBe(1);
    await queue.drain();
    expect(queue.delivered).toEqual(['early.0']);
  });

  it('that is a file is refused at the start', () => {
    const path = join(queueDirectory(), 'file');
    writeFileSync(path, '');
    expect(() => new CountedQueue(path)).toThrow(/EEXIST|ENOTDIR/);
    mkdirSync(`${path}s`);
  });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** The directory that a queue writes to; it has one item more then. */
async function leaseOf(queue: CountedQueue, directory: string): Promise<string[]> {
  queue.append('first');
  await Promise.resolve();
  return leasesIn(directory);
}
