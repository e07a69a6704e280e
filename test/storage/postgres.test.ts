import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStorage, PostgresStorage, TelemetryCollector, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { storageContract } from 'rimp-telemetry/testing';
import { expectBalance } from '../helpers/ledger.js';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';

const batch = (...messages: string[]) =>
  new TelemetryData({
    events: messages.map((message) => new TelemetryEvent({ eventId: message, source: 's', message })),
  });
const messages = async (storage: PostgresStorage): Promise<string[]> =>
  (await storage.retrieve()).events.map(({ message }) => message);

const withPostgres = postgresPrograms === undefined ? describe.skip : describe;
if (postgresPrograms === undefined)
  console.warn("PostgreSQL is not installed: its tests are skipped (Debian's package postgresql)");

withPostgres('PostgreSQL', () => {
  let server: Postgres;
  let prefixes = 0;
  const open: PostgresStorage[] = [];
  const make = (options: object = {}): PostgresStorage => {
    const storage = new PostgresStorage({ url: server.url, tablePrefix: `t${prefixes++}_`, ...options });
    open.push(storage);
    return storage;
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    for (const storage of open) await storage.close();
    await server.remove();
  });

  storageContract('PostgresStorage', () => make());

  it('stores an item once, by its id, and keeps the last', async () => {
    const storage = make({ retention: { maxItems: 3 } });
    await storage.store(batch('1', '2'));
    await storage.store(batch('2', '3', '4'));
    expect(await messages(storage)).toEqual(['2', '3', '4']);
    expect([storage.duplicates, storage.evicted]).toEqual([1, 1]);
  });

  it('says what is wrong with a URL, and with a server that is not there', async () => {
    expect(() => new PostgresStorage('http://x')).toThrow(/expected "url" to be a URL that begins with postgres:/);
    const storage = new PostgresStorage('postgres://rimp:secret@127.0.0.1:1/none');
    await expect(storage.retrieve()).rejects.toThrow(/can't be read: .*ECONNREFUSED/);
    await expect(storage.retrieve()).rejects.not.toThrow(/secret/);
    await storage.close();
  });

  it('takes TLS, and trusts no server that it is not configured to', async () => {
    const secure = await startPostgres({ tls: true });
    try {
      const url = `${secure.url}?sslmode=verify-full&sslrootcert=${secure.certificate}`;
      const storage = openStorage({ storageBackend: 'database', storagePath: url });
      await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'over TLS' })] }));
      expect((await storage.retrieve()).events.map(({ message }) => message)).toEqual(['over TLS']);
      await storage.close();
      for (const [settings, words] of [
        ['', /no pg_hba.conf entry .* no encryption/],
        ['?sslmode=verify-full', /self-signed certificate/],
      ] as const) {
        const other = new PostgresStorage(`${secure.url}${settings}`);
        await expect(other.retrieve()).rejects.toThrow(words);
        await other.close();
      }
    } finally {
      await secure.remove();
    }
  });

  it('answers by key through the index of metadata', async () => {
    const storage = make();
    const events = Array.from(
      { length: 5000 },
      (_, i) => new TelemetryEvent({ source: 's', message: String(i), metadata: { user: `u${i}`, n: { deep: i } } }),
    );
    await storage.store(new TelemetryData({ events }));
    expect((await storage.retrieve({ metadata: { user: 'u77' } })).events.map(({ message }) => message)).toEqual([
      '77',
    ]);
    expect((await storage.retrieve({ metadata: { n: { deep: 78 } } })).events.map(({ message }) => message)).toEqual([
      '78',
    ]);
    const { Pool } = await import('pg');
    const pool = new Pool({ connectionString: server.url });
    await pool.query(`ANALYZE t${prefixes - 1}_items`);
    const { rows } = await pool.query(
      `EXPLAIN SELECT seq FROM t${prefixes - 1}_items WHERE metadata @> '{"user":"u77"}' ORDER BY seq LIMIT 10`,
    );
    expect(JSON.stringify(rows)).toContain('_metadata');
    await pool.end();
  });

  it('loses nothing when the server is restarted in the middle of a load', async () => {
    const { url } = server;
    const collector = new TelemetryCollector(
      { storageBackend: 'database', storagePath: url, bufferSize: 50 },
      { storageOptions: { tablePrefix: 'restart_' } },
    );
    let sent = 0;
    const load = async (items: number): Promise<void> => {
      for (let i = 0; i < items; i += 1) {
        collector.collectEvent('load', String(sent++));
        if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await load(5_000);
    const stopped = server.stop('SIGQUIT');
    await load(5_000);
    await stopped;
    await load(5_000);
    await server.start();
    await load(5_000);
    expect((await collector.forceFlush({ timeoutMillis: 25_000 })).complete).toBe(true);
    expectBalance(collector);
    expect(collector.health()).toMatchObject({ delivered: 20_000, queued: 0 });
    const { events } = await collector.storage.retrieve();
    expect(new Set(events.map(({ message }) => message)).size).toBe(20_000);
    expect(events.length).toBe(20_000);
    await collector.shutdown();
  });
});
