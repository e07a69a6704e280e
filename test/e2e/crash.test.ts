import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, type TelemetryStorage } from 'rimp-telemetry';

// below the package, so that the programs find it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'crash-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Stores batches as fast as it can, and prints each one that is certain. */
const WRITE = `
const { writeSync } = require('node:fs');
const { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent } = require('rimp-telemetry');
const [kind, path, run] = process.argv.slice(2);
const storage = kind === 'sqlite' ? new SqliteStorage(path)
  : new FileStorage({ path, durability: kind, rotation: { maxBytes: 200_000 }, compression: 'gzip' });
(async () => {
  for (let n = 0; n < 100_000; n += 1) {
    const events = Array.from({ length: 1 + (n % 20) }, (_, k) =>
      new TelemetryEvent({ source: 's', message: run + ':' + n + ':' + k, metadata: { padding: 'x'.repeat((n * 37) % 500) } }));
    await storage.store(new TelemetryData({ events }));
    writeSync(1, run + ':' + n + '\\n');
    // a turn of the loop for what goes on in the background
    if (n % 10 === 0) await new Promise(setImmediate);
  }
})();`;
const script = join(directory, 'write.cjs');
writeFileSync(script, WRITE);

/** Runs the writer and kills it; gives the batches that it said were certain. */
async function killed(kind: string, path: string, run: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, kind, path, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    // from the first word on, at any moment of the next milliseconds
    if (said === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
    said += String(chunk);
  });
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  return said.split('\n').slice(0, -1);
}

async function messagesOf(storage: TelemetryStorage): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for await (const item of storage.scan()) {
    const message = 'message' in item ? item.message : '';
    seen.set(message, (seen.get(message) ?? 0) + 1);
  }
  return seen;
}

describe('kill -9 in the middle of writing', () => {
  it.each([
    ['os', 100],
    ['fsync', 100],
    ['sqlite', 40],
  ])(
    '%s, %i times: nothing that was certain is lost, nothing is there twice',
    async (kind, kills) => {
      const parallel = 4;
      const certain: string[] = [];
      const paths = Array.from({ length: parallel }, (_, number) =>
        join(directory, `${kind}-${number}`, 'telemetry.jsonl'),
      );
      await Promise.all(
        paths.map(async (path, number) => {
          for (let i = 0; i < kills / parallel; i += 1)
            for (const batch of await killed(kind, path, number * 1_000 + i)) certain.push(batch);
        }),
      );
      expect(certain.length).toBeGreaterThan(kills * 2);
      const seen = new Map<string, number>();
      let unreadable = 0;
      for (const path of paths) {
        const storage = kind === 'sqlite' ? new SqliteStorage(path) : new FileStorage(path);
        for (const [message, count] of await messagesOf(storage)) seen.set(message, count);
        if (storage instanceof FileStorage) unreadable += storage.unreadableLines.count;
        await storage.close();
      }
      const missing = certain.filter((batch) => {
        const size = 1 + (Number(batch.split(':')[1]) % 20);
        return Array.from({ length: size }, (_, k) => `${batch}:${k}`).some((message) => !seen.has(message));
      });
      expect(missing).toEqual([]);
      expect([...seen.values()].filter((count) => count > 1)).toEqual([]);
      // a torn line a kill at most
      expect(unreadable).toBeLessThanOrEqual(kills);
    },
    120_000,
  );
});

describe('several processes that rotate one file', () => {
  it('lose nothing, and compress what is closed once', async () => {
    const path = join(directory, 'rotated', 'telemetry.jsonl');
    const program = join(directory, 'rotate.cjs');
    writeFileSync(
      program,
      `const { TelemetryCollector } = require('rimp-telemetry');
      const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: process.argv[2], bufferSize: 13 },
        { storageOptions: { rotation: { maxBytes: 50_000 }, compression: 'gzip' } });
      let left = 2_000;
      (function some() {
        for (let i = 0; i < 50; i += 1, left -= 1) collector.collectEvent(process.argv[3], String(left));
        if (left > 0) setImmediate(some); else collector.storage.maintain().then(() => process.disconnect?.());
      })();`,
    );
    const writers = ['a', 'b', 'c', 'd'];
    const ends = await Promise.all(writers.map((name) => once(fork(program, [path, name]), 'exit')));
    expect(ends.map(([code]) => code as number)).toEqual([0, 0, 0, 0]);
    const storage = new FileStorage({ path, compression: 'gzip' });
    await storage.maintain();
    for (const source of writers) {
      const { events } = await storage.retrieve({ source });
      expect(events.length).toBe(2_000);
      expect(new Set(events.map(({ message }) => message)).size).toBe(2_000);
    }
    const names = readdirSync(join(directory, 'rotated'));
    expect(names.filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(10);
    expect(names.filter((name) => name.endsWith('.lock') || name.includes('.tmp'))).toEqual([]);
    expect(storage.unreadableLines.count).toBe(0);
    await storage.close();
  }, 60_000);
});

describe('several processes that find the lock of one that was killed', () => {
  it('go on at once: the file is closed in time, and no line is lost or there twice', async () => {
    const place = join(directory, 'orphaned');
    const path = join(place, 'telemetry.jsonl');
    const program = join(directory, 'orphan.cjs');
    writeFileSync(
      program,
      `const fs = require('node:fs');
      const { FileStorage, TelemetryData, TelemetryEvent } = require('rimp-telemetry');
      const [, , path, source, count, isKilled] = process.argv;
      // in the middle of closing the file
      if (isKilled === 'killed') fs.renameSync = () => process.kill(process.pid, 'SIGKILL');
      const storage = new FileStorage({ path, rotation: { maxBytes: 20_000 } });
      const write = (i) => storage.storeSync(new TelemetryData({ events: [new TelemetryEvent({ source, message: String(i) })] }));
      const all = () => { for (let i = 0; i < Number(count); i += 1) write(i); process.disconnect(); };
      if (isKilled === 'killed') all(); else { process.once('message', all); process.send('ready'); }`,
    );
    const [, signal] = (await once(fork(program, [path, 'killed', '1000', 'killed']), 'exit')) as [number, string];
    expect(signal).toBe('SIGKILL');
    expect(readdirSync(place).filter((name) => name.endsWith('.lock'))).toEqual(['telemetry.jsonl.rotation.lock']);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const writers = names.map((name) => fork(program, [path, name, '400', '']));
    await Promise.all(writers.map((writer) => once(writer, 'message')));
    const ends = Promise.all(writers.map((writer) => once(writer, 'exit')));
    for (const writer of writers) writer.send('go');
    expect((await ends).map(([code]) => code as number)).toEqual(names.map(() => 0));
    const storage = new FileStorage(path);
    for (const source of names) {
      const { events } = await storage.retrieve({ source });
      expect(events.map(({ message }) => Number(message))).toEqual(Array.from({ length: 400 }, (_, i) => i));
    }
    expect(storage.unreadableLines.count).toBe(0);
    const left = readdirSync(place);
    expect(left.filter((name) => /\.lock|~/.test(name))).toEqual([]);
    const sizes = left.filter((name) => name.endsWith('.jsonl')).map((name) => statSync(join(place, name)).size);
    // nobody waited for half a minute: writers write on while one of them closes the file, but not for long
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThan(150_000);
    await storage.close();
  }, 60_000);
});
