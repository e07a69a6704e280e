import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { SqliteStorage, TelemetryCollector, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { storageContract } from 'rimp-telemetry/testing';
import { expectBalance } from '../helpers/ledger.js';
import { openDatabase } from '../helpers/sqlite.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-db-'));
let files = 0;
const newFile = (): string => join(directory, `deep/${files++}/telemetry.db`);
afterAll(() => rmSync(directory, { recursive: true }));

const batch = (...messages: string[]) =>
  new TelemetryData({
    events: messages.map((message) => new TelemetryEvent({ eventId: message, source: 's', message })),
  });
const messages = async (storage: SqliteStorage): Promise<string[]> =>
  (await storage.retrieve()).events.map(({ message }) => message);

storageContract('SqliteStorage', () => new SqliteStorage(newFile()));

describe('SqliteStorage', () => {
  it('stores an item of an id once, however often it comes', async () => {
    const storage = new SqliteStorage(newFile());
    await storage.store(batch('1', '2'));
    await storage.store(batch('2', '3'));
    expect(await messages(storage)).toEqual(['1', '2', '3']);
    expect(storage.duplicates).toBe(1);
    await storage.close();
  });

  it('keeps the last items, and those of the last time', async () => {
    const storage = new SqliteStorage({ path: newFile(), retention: { maxItems: 3, maxAgeSeconds: 3600 } });
    const old = new TelemetryEvent({ source: 's', message: 'old', timestamp: new Date(0) });
    await storage.store(new TelemetryData({ events: [...batch('1', '2', '3', '4').events, old] }));
    expect(await messages(storage)).toEqual(['2', '3', '4']);
    expect(storage.evicted).toBe(2);
    await storage.close();
  });

  it('keeps about as many bytes as it may', async () => {
    const maxTotalBytes = 4 * 1024 * 1024;
    const path = newFile();
    const storage = new SqliteStorage({ path, retention: { maxTotalBytes } });
    for (let round = 0; round < 10; round += 1)
      await storage.store(batch(...Array.from({ length: 2_000 }, (_, i) => `${round}-${i} ${'x'.repeat(500)}`)));
    const found = await messages(storage);
    expect(found.at(-1)).toMatch(/^9-1999 /);
    expect(found.length + (storage.evicted ?? 0)).toBe(20_000);
    expect(storage.evicted).toBeGreaterThan(9_000);
    expect(found.length).toBeGreaterThan(1_000);
    await storage.close();
    expect(statSync(path).size).toBeLessThan(2 * maxTotalBytes);
  });

  it('is what storageBackend "database" is with a file, and outlives the process', async () => {
    const path = newFile();
    const collector = new TelemetryCollector({ storageBackend: 'database', storagePath: path });
    collector.collectEvent('a', 'kept', 'info', { n: 1 });
    collector.collectMetric('m', Number.NaN);
    collector.flush();
    expectBalance(collector);
    const other = new SqliteStorage(path);
    expect(await messages(other)).toEqual(['kept']);
    expect((await other.retrieve()).metrics[0]?.value).toBeNaN();
    await other.close();
    await collector.shutdown();
  });

  it('keeps tables of several prefixes apart, and takes no SQL for one', async () => {
    const path = newFile();
    const [a, b] = ['a_', 'b_'].map((tablePrefix) => new SqliteStorage({ path, tablePrefix })) as [
      SqliteStorage,
      SqliteStorage,
    ];
    await a.store(batch('of a'));
    await b.store(batch('of b'));
    expect([await messages(a), await messages(b)]).toEqual([['of a'], ['of b']]);
    expect(() => new SqliteStorage({ path, tablePrefix: 'x"; DROP TABLE items; --' })).toThrow(/"tablePrefix"/);
    await a.close();
    await b.close();
  });

  it('is brought from an earlier schema to the present one, and refuses a later one', async () => {
    const path = newFile();
    const storage = new SqliteStorage(path);
    await storage.store(batch('kept'));
    await storage.close();
    const database = openDatabase(path);
    database.exec('DROP VIEW rimp_events; DROP VIEW rimp_metrics; UPDATE rimp_schema SET version = 1');
    const later = new SqliteStorage(path);
    expect(await messages(later)).toEqual(['kept']);
    await later.close();
    expect(database.prepare('SELECT message FROM rimp_events').all()).toEqual([{ message: 'kept' }]);
    database.exec('UPDATE rimp_schema SET version = 99');
    database.close();
    await expect(new SqliteStorage(path).retrieve()).rejects.toThrow(/schema version 99, expected at most 2/);
  });

  it('answers queries by its indexes', async () => {
    const path = newFile();
    const storage = new SqliteStorage(path);
    await storage.store(batch('1'));
    const database = openDatabase(path);
    const plan = (where: string): string =>
      JSON.stringify(
        database.prepare(`EXPLAIN QUERY PLAN SELECT seq FROM rimp_items WHERE seq > 0 AND ${where} ORDER BY seq`).all(),
      );
    for (const column of ['source', 'name', 'trace_id'])
      expect(plan(`${column} = 'x'`)).toContain(`rimp_items_${column}`);
    expect(plan('time_ms > 5 AND time_ms < 6')).toContain('rimp_items_time');
    database.close();
    await storage.close();
  });

  it('keeps what two processes write at once', async () => {
    const path = newFile();
    const program = `
      const { SqliteStorage, TelemetryData, TelemetryEvent } = require('rimp-telemetry');
      (async () => {
        const storage = new SqliteStorage(process.argv[1]);
        for (let i = 0; i < 50; i += 1) {
          const events = Array.from({ length: 20 }, (_, k) => new TelemetryEvent({ source: process.argv[2], message: String(i * 20 + k) }));
          for (;;) try { await storage.store(new TelemetryData({ events })); break; } catch (error) { if (error.permanent) throw error; }
        }
        await storage.close();
      })();`;
    const run = (name: string) =>
      new Promise((resolve) =>
        spawn(process.execPath, ['-e', program, path, name], { stdio: 'inherit' }).once('exit', resolve),
      );
    expect(await Promise.all([run('one'), run('two')])).toEqual([0, 0]);
    const storage = new SqliteStorage(path);
    for (const source of ['one', 'two']) {
      const { events } = await storage.retrieve({ source });
      expect(events.map(({ message }) => Number(message))).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    }
    await storage.close();
  });
});
