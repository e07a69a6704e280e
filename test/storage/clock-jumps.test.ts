import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FileStorage, type FileStorageOptions, TelemetryData, TelemetryEvent } from 'rimp-telemetry';

const folder = mkdtempSync(join(tmpdir(), 'rimp-clock-'));
const TEN_YEARS = 10 * 365 * 24 * 3_600_000;
let path = '';
let passed = 0;
let set = 0;
const realNow = Date.now;
const realMonotonic = performance.now.bind(performance);
/** Both clocks are the test's: the wall clock can be set, time passes for both. */
beforeEach(() => {
  path = join(mkdtempSync(join(folder, 'one-')), 'telemetry.jsonl');
  passed = 0;
  set = 0;
  jest.useFakeTimers({
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + passed + set);
  jest.spyOn(performance, 'now').mockImplementation(() => realMonotonic() + passed);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (options: Omit<FileStorageOptions, 'path'>) => new FileStorage({ path, ...options });
const directory = (): string => join(path, '..');
const closed = (): string[] =>
  readdirSync(directory())
    .filter((name) => /\.\d{8}T\d{9}Z\.jsonl/.test(name) && !name.endsWith('.idx'))
    .toSorted();
let written = 0;
async function write(storage: FileStorage, count = 1): Promise<void> {
  for (let i = 0; i < count; i += 1, written += 1)
    await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: String(written) })] }));
}
async function expectAll(storage: FileStorage, from: number): Promise<void> {
  const found = (await storage.retrieve()).events.map(({ message }) => Number(message));
  expect(found).toEqual(Array.from({ length: written - from }, (_, i) => from + i));
}

describe.each([
  ['forwards', TEN_YEARS],
  ['back', -TEN_YEARS],
])('a wall clock that is set ten years %s', (_direction, jump) => {
  it.each([
    ['and stays there', false],
    ['and comes back', true],
  ])('%s: files are closed by size in their order, and none is replaced', async (_what, comesBack) => {
    const first = written;
    const storage = open({ rotation: { maxBytes: 1_000 } });
    await write(storage, 30);
    set = jump;
    await write(storage, 30);
    if (comesBack) set = 0;
    await write(storage, 30);
    // each file holds some seven lines
    expect(closed().length).toBeGreaterThan(10);
    await expectAll(storage, first);
    await expectAll(new FileStorage(path), first);
    await storage.close();
  });

  it('closes no file by age before its time has passed, and then does', async () => {
    const first = written;
    const storage = open({ rotation: { intervalSeconds: 3_600 } });
    await write(storage);
    set = jump;
    await write(storage);
    set = 0;
    await write(storage);
    expect(closed()).toHaveLength(0);
    passed += 3_601_000;
    set = jump;
    await write(storage);
    expect(closed()).toHaveLength(1);
    await write(storage, 3);
    expect(closed()).toHaveLength(1);
    passed += 3_601_000;
    set = 0;
    await write(storage);
    expect(closed()).toHaveLength(2);
    await expectAll(storage, first);
    await storage.close();
  });

  it('removes no closed file before its age is reached, and then does', async () => {
    const storage = open({ rotation: { maxBytes: 1_000 }, retention: { maxAgeSeconds: 3_600 } });
    await write(storage, 30);
    await storage.maintain();
    const before = closed();
    expect(before.length).toBeGreaterThan(2);
    set = jump;
    await write(storage, 10);
    await storage.maintain();
    expect(storage.deletedSegments.files).toBe(0);
    set = 0;
    await storage.maintain();
    expect(closed()).toEqual(expect.arrayContaining(before));
    passed += 3_700_000;
    set = jump;
    await storage.maintain();
    expect(closed()).toEqual([]);
    await storage.close();
  });

  it('leaves a lock that was made before it to nobody: work goes on', async () => {
    const first = written;
    const storage = open({ rotation: { maxBytes: 1_000 }, compression: 'gzip' });
    await write(storage, 2);
    const at = (realNow() + jump) / 1000;
    for (const kind of ['rotation', 'maintenance']) {
      // of a process elsewhere, which can't be looked up
      writeFileSync(`${path}.${kind}.lock`, '7 7 0a0a0a0a 0b0b0b0b elsewhere 0123456789ab\n');
      utimesSync(`${path}.${kind}.lock`, at, at);
    }
    await write(storage, 30);
    await storage.maintain();
    expect(closed().length).toBeGreaterThan(2);
    expect(closed().every((name) => name.endsWith('.gz'))).toBe(true);
    expect(statSync(path).size).toBeLessThanOrEqual(1_000);
    expect(readdirSync(directory()).filter((name) => name.includes('.lock'))).toEqual([]);
    await expectAll(storage, first);
    await storage.close();
  });
});

it('respects the lock of a holder elsewhere that lives, whatever the clock says in between, until it is silent for 30 s', async () => {
  const storage = open({ rotation: { maxBytes: 1_000 } });
  await write(storage, 2);
  const lock = `${path}.rotation.lock`;
  writeFileSync(lock, '7 7 0a0a0a0a 0b0b0b0b elsewhere 0123456789ab\n');
  await write(storage, 20);
  expect(closed()).toEqual([]);
  passed += 31_000;
  utimesSync(lock, (realNow() + passed) / 1000, (realNow() + passed) / 1000);
  await write(storage);
  expect(closed()).toEqual([]);
  passed += 31_000;
  await write(storage);
  expect(closed()).toHaveLength(1);
  await storage.close();
});
