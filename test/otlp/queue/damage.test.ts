import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CountedQueue, queueDirectory, removeQueues, segmentsIn } from '../../helpers/queue.js';

const ENTRIES = 12;
const HEADER_BYTES = 24;

let sound = '';
/** Where each entry of the segment begins. */
const begins: number[] = [];

beforeAll(async () => {
  sound = queueDirectory();
  const queue = new CountedQueue(sound);
  for (let i = 0; i < ENTRIES; i += 1) queue.append(`entry ${i}`, 1 + (i % 3));
  await queue.queue.close();
  const bytes = readFileSync(segmentsIn(sound)[0] as string);
  for (let at = 0; at < bytes.length; at += HEADER_BYTES + bytes.readUInt32LE(at + 4)) begins.push(at);
});
afterAll(removeQueues);

const itemsOf = (entry: number): number => 1 + (entry % 3);
const ALL = Array.from({ length: ENTRIES }, (_, i) => itemsOf(i)).reduce((sum, items) => sum + items, 0);

/** Opens a copy of the queue whose segment was changed, and sends what can be sent. */
async function withDamage(change: (bytes: Buffer, path: string) => Buffer | undefined): Promise<CountedQueue> {
  const directory = queueDirectory();
  cpSync(sound, directory, { recursive: true });
  const [path = ''] = segmentsIn(directory);
  const changed = change(readFileSync(path), path);
  if (changed !== undefined) writeFileSync(path, changed);
  const queue = new CountedQueue(directory);
  await queue.drain();
  expect(queue.imbalance).toBe(0);
  expect(queue.queue.items).toBe(0);
  return queue;
}

describe('a damaged segment', () => {
  it('loses nothing if any one bit of a header flips, in the first, a middle and the last entry', async () => {
    for (const entry of [0, 5, ENTRIES - 1]) {
      for (let bit = 0; bit < HEADER_BYTES * 8; bit += 5) {
        const queue = await withDamage((bytes) => {
          const at = (begins[entry] ?? 0) + (bit >> 3);
          bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
          return bytes;
        });
        expect([entry, bit, queue.deliveredItems, queue.lost]).toEqual([entry, bit, ALL, 0]);
        expect(queue.said.join()).toContain('its header is damaged, its request is sent');
      }
    }
  });

  it.each([
    ['a huge count of items', 8],
    ['a huge length', 4],
    ['a huge number of items before', 12],
    ['another checksum of the payload', 16],
    ['another checksum of the header', 20],
    ['another magic number', 0],
  ])('counts right with %s, also in the only entry', async (_, field) => {
    const queue = await withDamage((bytes) => {
      bytes.writeUInt32LE(4_000_000_000, field);
      return bytes;
    });
    expect([queue.accepted, queue.deliveredItems, queue.lost]).toEqual([ALL, ALL, 0]);
    const only = await withDamage((bytes) => {
      bytes.writeUInt32LE(4_000_000_000, field);
      return bytes.subarray(0, begins[1]);
    });
    // the offset says how many there were
    expect([only.accepted, only.deliveredItems, only.lost]).toEqual([ALL, 1, ALL - 1]);
  });

  it('loses the entry whose payload changed, and no other', async () => {
    const queue = await withDamage((bytes) => {
      bytes[(begins[4] ?? 0) + HEADER_BYTES + 10] = 0;
      return bytes;
    });
    expect([queue.accepted, queue.deliveredItems, queue.lost]).toEqual([ALL, ALL - itemsOf(4), itemsOf(4)]);
    expect(queue.said.join()).toContain(`no whole entry: ${itemsOf(4)} items are lost`);
  });

  it('goes on behind two entries of which both headers are damaged, and counts both', async () => {
    const queue = await withDamage((bytes) => {
      bytes.writeUInt32LE(77, (begins[4] ?? 0) + 4);
      bytes.writeUInt32LE(77, (begins[5] ?? 0) + 8);
      return bytes;
    });
    expect([queue.accepted, queue.deliveredItems + queue.lost]).toEqual([ALL, ALL]);
    expect(queue.lost).toBeLessThanOrEqual(itemsOf(4) + itemsOf(5));
    expect(new Set(queue.delivered).size).toBe(queue.deliveredItems);
  });

  it.each([
    ['bytes that were cut out', (b: Buffer, at: number) => Buffer.concat([b.subarray(0, at), b.subarray(at + 7)])],
    [
      'bytes between',
      (b: Buffer, at: number) => Buffer.concat([b.subarray(0, at), Buffer.alloc(9, 'x'), b.subarray(at)]),
    ],
  ])('survives %s anywhere, and loses at most what they touch', async (_, change) => {
    for (let at = 3; at < (begins[3] ?? 0); at += 11) {
      const queue = await withDamage((bytes) => change(bytes, at));
      expect([at, queue.accepted, queue.deliveredItems + queue.lost]).toEqual([at, ALL, ALL]);
      // the end of one entry, and the header of the next
      expect(queue.lost).toBeLessThanOrEqual(5);
    }
  });

  it.each([
    ['a torn end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 30), itemsOf(ENTRIES - 1)],
    ['NULs behind', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(9_000)]), 0],
    ['only NULs', (bytes: Buffer) => Buffer.alloc(bytes.length), ALL],
    ['nothing in it', () => Buffer.alloc(0), ALL],
    ['other text', () => Buffer.from('no queue at all'.repeat(9_999)), ALL],
  ])('with %s is counted to the item', async (_, change, lost) => {
    const queue = await withDamage(change);
    expect([queue.accepted, queue.deliveredItems, queue.lost]).toEqual([ALL, ALL - lost, lost]);
    expect(queue.said.length).toBeGreaterThan(0);
  });

  it('never makes the counters differ, nor sends what nobody wrote, whatever bytes are changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(2_000), length: fc.nat(40), byte: fc.nat(255) }), {
          minLength: 1,
          maxLength: 6,
        }),
        async (changes) => {
          const queue = await withDamage((bytes) => {
            for (const { at, length, byte } of changes)
              bytes.subarray(at % bytes.length, (at % bytes.length) + length).fill(byte);
            return bytes;
          });
          expect(queue.accepted).toBe(ALL);
          for (const text of queue.delivered) expect(text).toMatch(/^entry \d+\.\d$/);
          expect(queue.delivered.length).toBe(queue.deliveredItems);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a later layout is left to the version that wrote it', async () => {
    const queue = await withDamage((_, path) => {
      const later = Buffer.alloc(60);
      later.write('RQE\u0002', 0, 'latin1');
      later.writeUInt32LE(crc32(later.subarray(0, 20)), 20);
      writeFileSync(join(dirname(path), '000000000009.otlp'), later);
      return undefined;
    });
    expect(queue.deliveredItems).toBe(ALL);
    expect(queue.said.join()).toContain('its layout is version 2, expected 1');
  });
});

describe('what is none of the queue', () => {
  it.each([
    ['a directory named as a segment', (lease: string) => mkdirSync(join(lease, '000000000008.otlp'))],
    ['a dangling link', (lease: string) => symlinkSync('/nowhere', join(lease, '000000000008.otlp'))],
    [
      'a loop of links',
      (lease: string) => symlinkSync(join(lease, '000000000000.otlp'), join(lease, '000000000000.otlp')),
    ],
    ['another file', (lease: string) => writeFileSync(join(lease, 'notes'), 'mine')],
    [
      'a directory in the place of the offset',
      (lease: string) => {
        rmSync(join(lease, 'offset'));
        mkdirSync(join(lease, 'offset', 'x'), { recursive: true });
      },
    ],
    ['a short offset', (lease: string) => truncateSync(join(lease, 'offset'), 5)],
    ['text as the offset', (lease: string) => writeFileSync(join(lease, 'offset'), 'garbage '.repeat(5))],
  ])('%s hides nothing, and stays', async (_, plant) => {
    const queue = await withDamage((_bytes, path) => {
      plant(dirname(path));
      return undefined;
    });
    expect([queue.deliveredItems, queue.lost]).toEqual([ALL, 0]);
  });
});
