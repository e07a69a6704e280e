import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  FileStorage,
  type FileStorageOptions,
  TelemetryCollector,
  TelemetryData,
  TelemetryEvent,
  type TelemetryQuery,
} from 'rimp-telemetry';
import { storageContract } from 'rimp-telemetry/testing';
import { expectBalance } from '../helpers/ledger.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-files-'));
let files = 0;
const newFile = (): string => join(directory, String(files++), 'telemetry.jsonl');
afterAll(() => rmSync(directory, { recursive: true }));

const event = (message: string, millis = Date.now()) =>
  new TelemetryEvent({ source: 's', message, timestamp: new Date(millis) });
const batch = (...messages: string[]) => new TelemetryData({ events: messages.map((message) => event(message)) });
const messages = async (storage: FileStorage, query?: TelemetryQuery): Promise<string[]> =>
  (await storage.retrieve(query)).events.map(({ message }) => message);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const filesBeside = (path: string): string[] => readdirSync(dirname(path)).toSorted();

const rotating: Omit<FileStorageOptions, 'path'> = { rotation: { maxBytes: 2_000 } };
storageContract('FileStorage that rotates', () => new FileStorage({ path: newFile(), ...rotating }));
storageContract(
  'FileStorage that rotates and compresses',
  () => new FileStorage({ path: newFile(), ...rotating, compression: 'gzip' }),
);
storageContract('FileStorage on the disk', () => new FileStorage({ path: newFile(), durability: 'fsync' }));

describe('rotation', () => {
  it('closes files by size, and reads across all of them, compressed or not, in both directions', async () => {
    const path = newFile();
    const storage = new FileStorage({ path, ...rotating });
    const all = numbers(200);
    for (const message of all) await storage.store(batch(message));
    const plain = filesBeside(path).filter((name) => /^telemetry\.\d{8}T\d{9}Z\.jsonl$/.test(name));
    expect(plain.length).toBeGreaterThan(10);
    for (const name of plain) expect(statSync(join(dirname(path), name)).size).toBeLessThanOrEqual(2_000);
    expect(await messages(storage)).toEqual(all);
    const compressing = new FileStorage({ path, ...rotating, compression: 'gzip' });
    await compressing.maintain();
    expect(filesBeside(path).filter((name) => name.endsWith('.jsonl.gz')).length).toBe(plain.length);
    expect(filesBeside(path).filter((name) => name.endsWith('Z.jsonl'))).toEqual([]);
    expect(await messages(compressing)).toEqual(all);
    expect(await messages(compressing, { order: 'desc' })).toEqual(all.toReversed());
    const [first] = filesBeside(path).filter((name) => name.endsWith('.gz'));
    expect(gunzipSync(readFileSync(join(dirname(path), first as string))).toString()).toContain('"message":"0"');
    await storage.close();
    await compressing.close();
  });

  it('closes a file that has reached the age of rotation', async () => {
    const path = newFile();
    const storage = new FileStorage({ path, rotation: { intervalSeconds: 0.02 } });
    await storage.store(batch('1'));
    const born = statSync(path).birthtimeMs;
    while (Date.now() - born <= 30) await new Promise((resolve) => setImmediate(resolve));
    await storage.store(batch('2'));
    expect(readFileSync(path, 'utf8')).not.toContain('"message":"1"');
    expect(await messages(storage)).toEqual(['1', '2']);
  });

  it('keeps as many closed files as configured, by count and by size, and counts those that leave', async () => {
    for (const retention of [{ maxFiles: 3 }, { maxTotalBytes: 8_000 }]) {
      const path = newFile();
      const storage = new FileStorage({ path, ...rotating, retention });
      for (const message of numbers(100)) await storage.store(batch(message));
      await storage.maintain();
      const closed = filesBeside(path).filter((name) => name.endsWith('Z.jsonl'));
      expect(closed.length).toBe(3);
      expect(storage.deletedSegments.files).toBeGreaterThan(3);
      expect(storage.deletedSegments.bytes).toBeGreaterThan(storage.deletedSegments.files * 1_000);
      expect((await messages(storage)).at(-1)).toBe('99');
      await storage.close();
    }
  });

  it('removes files that were closed longer ago than the retention', async () => {
    const path = newFile();
    mkdirSync(dirname(path), { recursive: true });
    const line = `${JSON.stringify({ type: 'event', data: {} })}\n`;
    writeFileSync(join(dirname(path), 'telemetry.20200101T000000000Z.jsonl'), line);
    const storage = new FileStorage({ path, ...rotating, retention: { maxAgeSeconds: 3600 } });
    for (const message of numbers(30)) await storage.store(batch(message));
    await storage.maintain();
    expect(storage.deletedSegments.files).toBe(1);
    expect(await messages(storage)).toEqual(numbers(30));
    await storage.close();
  });

  it('goes on after a cursor in files that were rotated and compressed meanwhile', async () => {
    const path = newFile();
    const storage = new FileStorage({ path, ...rotating, compression: 'gzip' });
    for (const message of numbers(5)) await storage.store(batch(message));
    const { cursor } = await storage.retrieve({ limit: 3 });
    for (const message of numbers(100).slice(5)) await storage.store(batch(message));
    await storage.maintain();
    expect(await messages(storage, { after: cursor })).toEqual(numbers(100).slice(3));
    await storage.close();
  });

  it('rotates as storageOptions of a collector say', async () => {
    const path = newFile();
    const collector = new TelemetryCollector(
      { storageBackend: 'file', storagePath: path, bufferSize: 1 },
      { storageOptions: rotating },
    );
    for (const message of numbers(50)) collector.collectEvent('s', message);
    expect(filesBeside(path).length).toBeGreaterThan(2);
    expect((await collector.storage.retrieve()).events.length).toBe(50);
    await collector.shutdown();
    expect(() => new TelemetryCollector({}, { storageOptions: rotating })).toThrow(
      /MemoryStorage: unknown option "rotation"/,
    );
  });
});

describe('a disk that fails', () => {
  it('writes to a new file what was written to one that is deleted', async () => {
    const path = newFile();
    const storage = new FileStorage(path);
    await storage.store(batch('gone'));
    rmSync(path);
    await storage.store(batch('kept'));
    expect(await messages(storage)).toEqual(['kept']);
  });

  it('counts what a full disk refuses, and goes on once there is room', async () => {
    const disk = smallDisk(join(directory, 'small'));
    if (disk === undefined) {
      console.warn('no small disk can be mounted here: the test of a full disk is skipped');
      return;
    }
    try {
      const ballast = join(disk.path, 'ballast');
      writeFileSync(ballast, Buffer.alloc(900_000));
      const path = join(disk.path, 'telemetry.jsonl');
      const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: path, bufferSize: 100 });
      for (const message of numbers(2_000)) collector.collectEvent('s', message);
      expectBalance(collector);
      expect(collector.health().queued).toBeGreaterThan(1_000);
      expect(collector.health().lastError?.message).toMatch(/can't be written: ENOSPC/);
      rmSync(ballast);
      expect((await collector.forceFlush()).complete).toBe(true);
      expect(collector.health()).toMatchObject({ accepted: 2_000, delivered: 2_000, queued: 0 });
      const storage = new FileStorage(path);
      expect(await messages(storage)).toEqual(numbers(2_000));
      expect(storage.unreadableLines.count).toBe(0);
      await collector.shutdown();
    } finally {
      disk.unmount();
    }
  });

  it('counts what a path refuses that can not be written', async () => {
    const path = newFile();
    mkdirSync(dirname(path), { recursive: true });
    const inside = join(dirname(path), 'a file', 'telemetry.jsonl');
    const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: inside, bufferSize: 1 });
    writeFileSync(join(dirname(path), 'a file'), '');
    collector.collectEvent('s', 'm');
    expect(collector.health()).toMatchObject({
      queued: 1,
      lastError: { message: expect.stringMatching(/ENOTDIR|EEXIST/) },
    });
    const { complete } = await collector.shutdown({ timeoutMillis: 300 });
    expect(complete).toBe(false);
    expectBalance(collector);
    expect(existsSync(inside)).toBe(false);
  });

  it('reads on if the file is cut off and written anew', async () => {
    const path = newFile();
    const storage = new FileStorage(path);
    await storage.store(batch('1', '2'));
    writeFileSync(path, '');
    await storage.store(batch('3'));
    appendFileSync(path, '{"torn');
    await storage.store(batch('4'));
    expect(await messages(storage)).toEqual(['3', '4']);
    expect(basename(path)).toBe('telemetry.jsonl');
  });
});

/** A file system of one megabyte; `undefined` if none can be mounted. */
function smallDisk(path: string): { readonly path: string; unmount(): void } | undefined {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { path, unmount: () => execFileSync('umount', [path]) };
}
