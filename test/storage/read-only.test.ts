import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { openDatabase } from '../helpers/sqlite.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rimp-read-only-'));
  path = join(folder, 'a.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const data = new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'm' })] });

describe('a SQLite database that is only read', () => {
  it('of another program is refused, and stays as it is to the byte', async () => {
    const database = openDatabase(path);
    database.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
    database.close();
    const before = readFileSync(path);
    const storage = new SqliteStorage({ path, readOnly: true });
    await expect(storage.retrieve()).rejects.toThrow(`${path} is not a RIMP database`);
    await storage.close();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['a.db']);
  });

  it('is not made if there is none', async () => {
    const storage = new SqliteStorage({ path: join(folder, 'b', 'c.db'), readOnly: true });
    await expect(storage.retrieve()).rejects.toThrow('there is none');
    expect(existsSync(join(folder, 'b'))).toBe(false);
  });

  it('of an earlier schema is read, and not brought to the present one', async () => {
    const made = new SqliteStorage(path);
    await made.store(data);
    await made.close();
    const before = openDatabase(path);
    before.exec('DROP VIEW rimp_events; DROP VIEW rimp_metrics; UPDATE rimp_schema SET version = 1');
    before.close();
    const storage = new SqliteStorage({ path, readOnly: true });
    expect((await storage.retrieve()).events).toEqual(data.events);
    await storage.close();
    const after = openDatabase(path);
    expect(after.prepare('SELECT version FROM rimp_schema').all()).toEqual([expect.objectContaining({ version: 1 })]);
    after.close();
  });

  it('takes nothing, and gives what others store meanwhile', async () => {
    const writer = new SqliteStorage(path);
    await writer.store(data);
    const storage = new SqliteStorage({ path, readOnly: true });
    expect((await storage.retrieve()).size).toBe(1);
    await expect(storage.store(data)).rejects.toThrow('opened with readOnly');
    await expect(storage.clear()).rejects.toThrow('opened with readOnly');
    await writer.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'n' })] }));
    expect((await storage.retrieve()).size).toBe(2);
    await storage.close();
    await writer.close();
  });
});

it('a SQLite database that was closed needs no log beside it', async () => {
  const storage = new SqliteStorage(path);
  await storage.store(data);
  await storage.close();
  expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
  const again = new SqliteStorage(path);
  expect((await again.retrieve()).events).toEqual(data.events);
  await again.close();
});
