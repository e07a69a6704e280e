import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { PostgresStorage, SqliteStorage, TelemetryCollector, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';
import { openDatabase } from '../helpers/sqlite.js';
import { until } from '../helpers/until.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-db-failures-'));
afterAll(() => rmSync(directory, { recursive: true }));

const batch = (...events: (string | ConstructorParameters<typeof TelemetryEvent>[0])[]) =>
  new TelemetryData({
    events: events.map((one) =>
      typeof one === 'string'
        ? new TelemetryEvent({ eventId: one, source: 's', message: one })
        : new TelemetryEvent(one),
    ),
  });
const messages = async (storage: SqliteStorage | PostgresStorage): Promise<string[]> =>
  (await storage.retrieve()).events.map(({ message }) => message);

describe('an SQLite file that somebody', () => {
  const ways: Readonly<Record<string, (path: string) => void>> = {
    removes: (path) => {
      for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    },
    'removes without its log': (path) => rmSync(path),
    'moves away': (path) => {
      for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, `${path}.old${end}`);
    },
    'removes the log of': (path) => rmSync(`${path}-wal`),
    'removes together with its directory': (path) => rmSync(join(path, '..'), { recursive: true }),
  };

  it.each(Object.keys(ways))('%s is never acknowledged into', async (way) => {
    const path = join(directory, way, 'telemetry.db');
    const storage = new SqliteStorage(path);
    await storage.store(batch('before'));
    ways[way]?.(path);
    const acknowledged: string[] = [];
    for (const message of ['after-1', 'after-2']) {
      // an error is right too: libsql lets go of a file when its statements are collected as garbage
      const failure = await storage.store(batch(message)).catch((error: unknown) => error);
      if (failure === undefined) acknowledged.push(message);
      else expect(failure).toMatchObject({ code: 'RIMP_STORAGE', permanent: false });
    }
    await storage.close();
    const found = acknowledged.length === 0 ? [] : await messages(new SqliteStorage(path));
    expect(found.filter((message) => message !== 'before')).toEqual(acknowledged);
    if (way !== 'removes the log of') expect(acknowledged.length).toBe(2);
  });

  it('replaces with another database is the one that is written to', async () => {
    const path = join(directory, 'replaced.db');
    const program = `const { SqliteStorage, TelemetryData, TelemetryEvent } = require('rimp-telemetry');
      const storage = new SqliteStorage(process.argv[1]);
      storage.storeSync(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'of the other' })] }));
      void storage.close();`;
    execFileSync(process.execPath, ['-e', program, `${path}.other`]);
    const storage = new SqliteStorage(path);
    await storage.store(batch('before'));
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    renameSync(`${path}.other`, path);
    await storage.store(batch('after'));
    expect(await messages(storage)).toEqual(['of the other', 'after']);
    await storage.close();
  });
});

describe('a row that SQLite refuses', () => {
  it('leaves out a refused row alone, and counts it', async () => {
    const path = join(directory, 'trigger.db');
    const storage = new SqliteStorage(path);
    await storage.store(batch('first'));
    const database = openDatabase(path);
    database.exec(
      "CREATE TRIGGER no_bad BEFORE INSERT ON rimp_items WHEN NEW.message = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    database.close();
    const collector = new TelemetryCollector({}, { storage });
    for (const message of ['a', 'bad', 'b', 'c']) collector.collectEvent('s', message);
    await collector.forceFlush();
    expect(await messages(storage)).toEqual(['first', 'a', 'b', 'c']);
    expect(collector.health().dropped).toEqual({ refused: 1 });
    expectBalance(collector);
    await storage.close();
  });
});

const withPostgres = postgresPrograms === undefined ? describe.skip : describe;

withPostgres('PostgreSQL', () => {
  let server: Postgres;
  let prefixes = 0;
  const open: PostgresStorage[] = [];
  const make = (options: object = {}): PostgresStorage => {
    const storage = new PostgresStorage({ url: server.url, tablePrefix: `f${prefixes++}_`, ...options });
    open.push(storage);
    return storage;
  };
  const ask = async (sql: string, url = server.url): Promise<object[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    for (const storage of open) await storage.close();
    await server.remove();
  });

  it.each([
    ['an id that no index row holds', { eventId: Array.from({ length: 9_000 }, (_, i) => i * 7919).join('') }],
    [
      'a trace id that no index row holds',
      { otel: { traceId: Array.from({ length: 9_000 }, (_, i) => i * 7919).join('') } },
    ],
  ])('refuses %s alone', async (_what, fields) => {
    const storage = make();
    const collector = new TelemetryCollector({}, { storage });
    const bad = new TelemetryEvent({ source: 's', message: 'bad', ...fields });
    const store = storage.store(new TelemetryData({ events: [...batch('a', 'b').events, bad, ...batch('c').events] }));
    await expect(store).rejects.toMatchObject({ permanent: true, dropped: { refused: 1 } });
    expect(await messages(storage)).toEqual(['a', 'b', 'c']);
    collector.collectEvent('s', 'behind');
    expect((await collector.forceFlush()).complete).toBe(true);
  });

  it.each([
    ['NUL in every text', { eventId: 'a\0b', source: 'x\0', message: '\0', metadata: { 'k\0': 'v\0' } }],
    ['half a surrogate pair', { source: '\ud800', message: '\udc00', metadata: { a: '\ud800' } }],
    ['severity 40000', { otel: { severityNumber: 40_000 } }],
    ['severity 4294967295', { otel: { severityNumber: 4_294_967_295 } }],
    ['severity -4294967295', { otel: { severityNumber: -4_294_967_295 } }],
    ['severity 1.5', { otel: { severityNumber: 1.5 } }],
    ['the first time of a Date', { timestamp: new Date(-8.64e15) }],
    ['the last time of a Date', { timestamp: new Date(8.64e15) }],
  ])('keeps %s, and its view goes on', async (_what, fields) => {
    const storage = make();
    const event = new TelemetryEvent({ source: 's', message: 'm', ...fields });
    await storage.store(new TelemetryData({ events: [event, ...batch('beside').events] }));
    expect((await storage.retrieve()).events[0]).toEqual(event);
    const rows = await ask(`SELECT message, timestamp::text FROM f${prefixes - 1}_events ORDER BY timestamp`);
    expect(rows.length).toBe(2);
  });

  it('keeps text that the encoding of its database lacks, and finds it', async () => {
    await ask("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    const storage = make({ url: server.url.replace(/postgres$/, 'latin') });
    const event = new TelemetryEvent({
      source: 'Zażółć',
      message: 'gęślą 🎉 \u0001',
      metadata: { ключ: ['é', '🎉'], plain: 'x' },
      otel: { scopeName: 'ż' },
    });
    await storage.store(new TelemetryData({ events: [event, ...batch('plain', 'é').events] }));
    expect((await storage.retrieve()).events.map(({ message }) => message)).toEqual([event.message, 'plain', 'é']);
    for (const query of [
      { source: 'Zażółć' },
      { text: '🎉' },
      { metadata: { ключ: ['é', '🎉'] } },
      { metadata: { plain: 'x' } },
    ])
      expect((await storage.retrieve(query)).events).toEqual([event]);
    expect((await storage.retrieve({ source: 'Za????' })).events).toEqual([]);
    await storage.close();
  });

  it('is brought from the schema whose view failed to the present one', async () => {
    const storage = make();
    const prefix = `f${prefixes - 1}_`;
    await storage.store(batch({ source: 's', message: 'early', timestamp: new Date(-8.64e15) }));
    await ask(
      `DROP VIEW ${prefix}events; CREATE VIEW ${prefix}events AS SELECT seq, to_timestamp(time_ms / 1000.0) AS timestamp FROM ${prefix}items; UPDATE ${prefix}schema SET version = 2`,
    );
    await expect(ask(`SELECT * FROM ${prefix}events`)).rejects.toThrow(/out of range/);
    const later = make({ tablePrefix: prefix });
    expect(await messages(later)).toEqual(['early']);
    expect(await ask(`SELECT timestamp::text FROM ${prefix}events`)).toEqual([{ timestamp: '-infinity' }]);
  });

  it('outlives connections that are ended at any moment', async () => {
    const storage = make();
    const collector = new TelemetryCollector({ bufferSize: 5 }, { storage });
    const end =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query <> $$$$';
    for (let round = 0; round < 20; round += 1) {
      for (let i = 0; i < 20; i += 1) collector.collectEvent('s', `${round}-${i}`);
      await ask(end);
    }
    expect((await collector.forceFlush({ timeoutMillis: 20_000 })).complete).toBe(true);
    expect(new Set(await messages(storage)).size).toBe(400);
    expectBalance(collector);
  });

  it('says what is wrong with the set-up at once, and keeps what waits', async () => {
    for (const [url, words] of [
      [server.url.replace(/postgres$/, 'nowhere'), /database "nowhere" does not exist/],
      [server.url.replace('rimp@', 'nobody@'), /role "nobody" does not exist/],
    ] as const) {
      const storage = make({ url });
      const collector = new TelemetryCollector({}, { storage });
      collector.collectEvent('s', 'waits');
      const { errors } = await collector.forceFlush({ timeoutMillis: 10_000 });
      expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
      expect(collector.health()).toMatchObject({ queued: 1, dropped: {} });
      await collector.shutdown({ timeoutMillis: 100 });
    }
  });
});

withPostgres('a frozen PostgreSQL', () => {
  it('keeps a shutdown no longer than it is given', async () => {
    const server = await startPostgres();
    try {
      const storage = { storageBackend: 'database', storagePath: server.url } as const;
      const [connected, connecting] = [new TelemetryCollector(storage), new TelemetryCollector(storage)];
      connected.collectEvent('s', 'before');
      expect((await connected.forceFlush()).complete).toBe(true);
      server.freeze();
      for (const collector of [connected, connecting]) {
        collector.collectEvent('s', 'never');
        collector.flush();
        await until(() => collector.health().queued === 1);
        const before = performance.now();
        expect((await collector.shutdown({ timeoutMillis: 500 })).complete).toBe(false);
        expect(performance.now() - before).toBeLessThan(8_000);
        expect(collector.health().dropped).toEqual({ shutdown_timeout: 1 });
      }
    } finally {
      await server.remove();
    }
  });
});
