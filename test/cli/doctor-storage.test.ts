import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { EventType, PostgresStorage, SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { bad, examine } from '../helpers/doctor.js';
import { postgresPrograms, startPostgres } from '../helpers/postgres.js';
import { openDatabase } from '../helpers/sqlite.js';

interface PgModule {
  readonly Client: new (
    url: string,
  ) => { connect(): Promise<void>; query(sql: string): Promise<unknown>; end(): Promise<void> };
}

/** A project with the one package that every project has. */
const directory = mkdtempSync(join(tmpdir(), 'rimp-doctor-storage-'));
const api = join(directory, 'node_modules', '@opentelemetry', 'api');
mkdirSync(api, { recursive: true });
writeFileSync(join(api, 'package.json'), JSON.stringify({ name: '@opentelemetry/api', version: '1.9.1' }));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('rimp doctor, of the storage', () => {
  it('finds a storage that can not be written', async () => {
    writeFileSync(join(directory, 'file'), '');
    expect(bad(await examine(directory, { env: { RIMP_STORAGE_PATH: 'new/directory/x.jsonl' } }))).toEqual([]);
    for (const path of ['.', 'file/x.jsonl', '/proc/x.jsonl', 'file/x.db', '/proc/x.db', 'mysql://u:secret@h/db']) {
      const report = await examine(directory, { args: ['--storage', path] });
      expect([path, report.status, bad(report).map(({ id }) => id)]).toEqual([path, 1, ['storage']]);
      expect(JSON.stringify(report)).not.toContain('secret');
    }
    const nothing = await examine(directory, { env: { RIMP_STORAGE_BACKEND: 'file' } });
    expect(bad(nothing)).toEqual([
      expect.objectContaining({ id: 'storage', what: expect.stringContaining('storagePath') }),
    ]);
  });

  it('opens a file and an SQLite database, says with what, and leaves everything as it was', async () => {
    const before = readdirSync(directory).toSorted();
    const storageOf = async (path: string, env: Record<string, string> = {}) => {
      const { findings } = await examine(directory, { args: ['--storage', path], env });
      return findings.filter(({ id }) => id === 'storage').map(({ level, what }) => `${level} ${what}`);
    };
    expect(await storageOf('new.jsonl')).toEqual([
      expect.stringMatching(/^ok .*new\.jsonl can be opened and written$/),
    ]);
    expect(await storageOf('a/b/new.jsonl')).toEqual([expect.stringMatching(/^ok /)]);
    const opened = [expect.stringMatching(/^ok .* can be opened and written with (node:sqlite|libsql)$/)];
    expect(await storageOf('a/new.sqlite')).toEqual(opened);
    expect(await storageOf('a/new', { RIMP_STORAGE_BACKEND: 'database' })).toEqual(opened);
    expect(readdirSync(directory).toSorted()).toEqual(before);

    const lines = join(directory, 'lines.jsonl');
    writeFileSync(lines, '{}\n');
    expect(await storageOf('lines.jsonl')).toEqual([expect.stringMatching(/^ok /)]);
    expect(await storageOf('lines.jsonl', { RIMP_STORAGE_BACKEND: 'sqlite' })).toEqual([
      expect.stringMatching(/^error .*lines\.jsonl can't be written: .*not a database/),
    ]);
    expect(readFileSync(lines, 'utf8')).toBe('{}\n');

    const path = join(directory, 'known');
    const storage = new SqliteStorage(path);
    await storage.store(
      new TelemetryData({
        events: [new TelemetryEvent({ eventType: EventType.INFO, source: 'a', message: 'kept' })],
      }),
    );
    const locked = openDatabase(path);
    locked.exec('BEGIN IMMEDIATE');
    expect(await storageOf('known')).toEqual([expect.stringMatching(/^ok .* another process writes to it right now$/)]);
    locked.exec('ROLLBACK');
    expect(await storageOf('known')).toEqual(opened);
    expect(locked.prepare(`SELECT name FROM sqlite_master WHERE name LIKE '%doctor%'`).all()).toEqual([]);
    locked.close();
    expect((await storage.retrieve()).events.map(({ message }) => message)).toEqual(['kept']);
    await storage.close();
  });

  it('connects to PostgreSQL within a bounded time, and says what fails without the password', async () => {
    const storageOf = async (url: string) => {
      const report = await examine(directory, { env: { RIMP_STORAGE_BACKEND: 'postgres', RIMP_STORAGE_PATH: url } });
      expect(JSON.stringify(report)).not.toContain('s3cret');
      return report.findings.filter(({ id }) => id === 'storage').map(({ level, what }) => `${level} ${what}`);
    };
    expect(await storageOf('postgres://me:s3cret@127.0.0.1:1/db')).toEqual([
      expect.stringMatching(/^error postgres:\/\/127\.0\.0\.1:1\/db can't be written: .*ECONNREFUSED/),
    ]);
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const begun = performance.now();
    expect(await storageOf(`postgres://me:s3cret@127.0.0.1:${port}/db`)).toEqual([
      expect.stringMatching(/^error .*(timeout|no answer within 5000 ms)/),
    ]);
    expect(performance.now() - begun).toBeLessThan(15_000);
    silent.close();
    if (postgresPrograms === undefined) {
      console.warn('SKIPPED: there is no PostgreSQL here');
      return;
    }
    const postgres = await startPostgres();
    try {
      expect(await storageOf(postgres.url)).toEqual([
        expect.stringMatching(/^ok postgres:.* is PostgreSQL \d.*, and this user may write there$/),
      ]);
      expect(await storageOf(`${postgres.url}_missing`)).toEqual([expect.stringMatching(/^error .*does not exist/)]);
      const storage = new PostgresStorage(postgres.url);
      expect((await storage.retrieve()).events).toEqual([]);
      await storage.close();
      const { Client } = createRequire(join(process.cwd(), 'noop.js'))('pg') as PgModule;
      const client = new Client(postgres.url);
      await client.connect();
      await client.query(`CREATE ROLE reader LOGIN PASSWORD 's3cret'`);
      await client.end();
      expect(await storageOf(postgres.url.replace(/\/\/[^@]*@/, '//reader:s3cret@'))).toEqual([
        expect.stringMatching(/^error .*: this user may not write to the table rimp_items$/),
      ]);
    } finally {
      await postgres.remove();
    }
  }, 60_000);
});
