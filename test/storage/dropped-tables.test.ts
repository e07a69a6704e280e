import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import {
  PostgresStorage,
  SqliteStorage,
  TelemetryCollector,
  TelemetryData,
  TelemetryEvent,
  type TelemetryStorage,
} from 'rimp-telemetry';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';
import { openDatabase } from '../helpers/sqlite.js';

const TABLE = '"Gone_items"';
const VIEW = '"Gone_events"';
const batch = (message: string) => new TelemetryData({ events: [new TelemetryEvent({ source: 's', message })] });

/** Drops the table of items alone under a storage that is open, and gives what is there after more came. */
async function afterDrop(storage: TelemetryStorage, drop: () => unknown): Promise<readonly string[]> {
  const collector = new TelemetryCollector({ bufferSize: 1 }, { storage });
  await storage.store(batch('before'));
  await drop();
  collector.collectEvent('s', 'after');
  expect((await collector.forceFlush({ timeoutMillis: 10_000 })).complete).toBe(true);
  await collector.shutdown();
  return (await storage.retrieve()).events.map(({ message }) => message);
}

describe('a table of items that somebody dropped, to begin anew,', () => {
  it('is made again by SQLite, with its views', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rimp-dropped-'));
    const path = join(directory, 'telemetry.db');
    const storage = new SqliteStorage({ path, tablePrefix: 'Gone_' });
    const database = openDatabase(path);
    expect(await afterDrop(storage, () => database.exec(`DROP TABLE ${TABLE}`))).toEqual(['after']);
    expect(database.prepare(`SELECT message FROM ${VIEW}`).all()).toMatchObject([{ message: 'after' }]);
    database.close();
    await storage.close();
    rmSync(directory, { recursive: true });
  });

  const withPostgres = postgresPrograms === undefined ? describe.skip : describe;
  withPostgres('of PostgreSQL', () => {
    let server: Postgres;
    beforeAll(async () => {
      server = await startPostgres();
    }, 60_000);
    afterAll(() => server.remove());

    it('is made again, with its views', async () => {
      const storage = new PostgresStorage({ url: server.url, tablePrefix: 'Gone_' });
      const client = new Client(server.url);
      await client.connect();
      expect(await afterDrop(storage, () => client.query(`DROP TABLE ${TABLE} CASCADE`))).toEqual(['after']);
      expect((await client.query(`SELECT message FROM ${VIEW}`)).rows).toEqual([{ message: 'after' }]);
      await client.end();
      await storage.close();
    });
  });
});
