import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { FileStorage, type FileStorageOptions, TelemetryData, TelemetryEvent } from 'rimp-telemetry';

const folder = mkdtempSync(join(tmpdir(), 'rimp-blocked-'));
const NOBODY = 65_534;
const RETRY_MILLIS = 30_000;
let said: string[] = [];
beforeEach(() => {
  said = [];
  const warn = (message: string): void => void said.push(message);
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn });
});
afterEach(() => {
  diag.disable();
  jest.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (path: string): FileStorageOptions => ({ path, rotation: { maxBytes: 1_000 } });
async function write(storage: FileStorage, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 1)
    await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: String(i) })] }));
}
const messages = async (storage: FileStorage): Promise<string[]> =>
  (await storage.retrieve()).events.map(({ message }) => message);
const numbers = (to: number): string[] => Array.from({ length: to }, (_, i) => String(i));
const closedIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => /\.\d{8}T\d{9}Z/.test(name) && !name.endsWith('.idx'));

/** Has so much time pass, as the monotonic clock shows it. */
function pass(millis: number): void {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + millis);
}

describe('a file that can not be closed', () => {
  it('as its name leaves no room for another ending: it is written on, said once, and tried again', async () => {
    const directory = mkdtempSync(join(folder, 'long-'));
    const storage = new FileStorage(options(join(directory, `${'n'.repeat(240)}.jsonl`)));
    await write(storage, 0, 50);
    expect(await messages(storage)).toEqual(numbers(50));
    expect(closedIn(directory)).toEqual([]);
    const what = /can't be closed and rotated \(it is written on, and tried again in 30 s\).*ENAMETOOLONG/s;
    expect(said).toEqual([expect.stringMatching(what)]);
    pass(RETRY_MILLIS + 60_000);
    await write(storage, 50, 60);
    // tried again, which is told again after a minute
    expect(said).toHaveLength(2);
    expect(await messages(storage)).toEqual(numbers(60));
    expect(readdirSync(directory).filter((name) => /\.lock|~/.test(name))).toEqual([]);
    await storage.close();
  });

  it('as it is mounted where it is: it is written on, and closed once it is not', async () => {
    const directory = mkdtempSync(join(folder, 'mounted-'));
    const path = join(directory, 'telemetry.jsonl');
    writeFileSync(path, '');
    try {
      execFileSync('mount', ['--bind', path, path], { stdio: 'ignore' });
    } catch {
      console.warn('nothing can be mounted here: the test of a mounted file is skipped');
      return;
    }
    const storage = new FileStorage(options(path));
    try {
      await write(storage, 0, 50);
      expect(await messages(storage)).toEqual(numbers(50));
      expect(statSync(path).size).toBeGreaterThan(5_000);
      expect(said).toEqual([expect.stringContaining('EBUSY')]);
    } finally {
      // the storage has it open
      execFileSync('umount', ['-l', path]);
    }
    pass(RETRY_MILLIS + 1);
    await write(storage, 50, 60);
    expect(closedIn(directory).length).toBeGreaterThan(0);
    expect(await messages(storage)).toEqual(numbers(60));
    await storage.close();
  });

  it('as nothing may be made in its directory: it is written on, and closed once that may be', () => {
    const directory = mkdtempSync(join(folder, 'unwritable-'));
    const path = join(directory, 'telemetry.jsonl');
    writeFileSync(path, '');
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) {
      chmodSync(folder, 0o755);
      chownSync(path, NOBODY, NOBODY);
    }
    chmodSync(directory, 0o555);
    // root may write everywhere: a process of another user does it
    mkdirSync('build', { recursive: true });
    const place = mkdtempSync(join(process.cwd(), 'build', 'blocked-'));
    chmodSync(place, 0o755);
    const program = join(place, 'program.cjs');
    writeFileSync(
      program,
      `const { FileStorage, TelemetryData, TelemetryEvent } = require('rimp-telemetry');
      const storage = new FileStorage(${JSON.stringify(options(path))});
      for (let i = 0; i < 50; i += 1)
        storage.storeSync(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: String(i) })] }));
      storage.retrieve().then(({ events }) => console.log(events.length, new Set(events.map((one) => one.message)).size));`,
    );
    try {
      const { stdout, stderr, status } = spawnSync(process.execPath, [program], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
        ...(isRoot && { uid: NOBODY, gid: NOBODY }),
      });
      expect([stdout.trim(), status]).toEqual(['50 50', 0]);
      expect(stderr).toMatch(/can't be closed and rotated \(it is written on, and tried again in 30 s\).*EACCES/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(readdirSync(directory)).toEqual(['telemetry.jsonl']);
      chmodSync(directory, 0o755);
      const storage = new FileStorage(options(path));
      storage.storeSync(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: '50' })] }));
      expect(closedIn(directory)).toHaveLength(1);
      return storage.retrieve().then(({ events }) => expect(events.map(({ message }) => message)).toEqual(numbers(51)));
    } finally {
      chmodSync(directory, 0o755);
      rmSync(place, { recursive: true });
    }
  });
});
