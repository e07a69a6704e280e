// SQLite and PostgreSQL against hand-written prepared batches into a table with the same indexes, ClickHouse against its
// client's insert of the same rows.
// Usage: [POSTGRES_URL=postgres://…] [CLICKHOUSE_URL=clickhouse://…] node --expose-gc bench/databases.mjs [items]
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseStorage, PostgresStorage, SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { compare, ratio, timed } from './harness.mjs';

const ITEMS = Number(process.argv[2] ?? 50_000);
const START = Date.UTC(2026, 0, 1);
const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
let files = 0;
const fresh = () => {
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  return join(directory, `${files++}.db`);
};
const batches = (size = 1000) =>
  Array.from(
    { length: ITEMS / size },
    (_, b) =>
      new TelemetryData({
        events: Array.from(
          { length: size },
          (_, i) =>
            new TelemetryEvent({
              source: 'shop',
              message: `order ${i} placed`,
              timestamp: new Date(START + b * size + i),
              metadata: { user_id: `u${i}`, amount: i / 7, ok: true },
            }),
        ),
      }),
  );
const timeToStore = async (storage, data) => {
  const time = await timed(async () => {
    for (const batch of data) await storage.store(batch);
  });
  await storage.close();
  return time;
};
const cellsOf = (event) => [
  0,
  event.eventId,
  event.timestamp.getTime(),
  event.eventType,
  9,
  event.source,
  event.message,
  JSON.stringify(event.metadata),
];
const COLUMNS = 'kind, id, time_ms, event_type, severity, source, message, metadata';

console.log(`${ITEMS} items in transactions of 1,000, Node ${process.version}`);
{
  const builtIn = process.getBuiltinModule('node:sqlite');
  const Database = builtIn?.DatabaseSync ?? createRequire(import.meta.url)('libsql');
  console.log(`SQLite by ${builtIn === undefined ? 'libsql' : 'node:sqlite'}`);
  const opened = async () => {
    const path = fresh();
    const storage = new SqliteStorage(path);
    await storage.retrieve({ limit: 1 });
    return { path, storage };
  };
  const byHand = async (rows) => {
    const { path, storage } = await opened();
    await storage.close();
    const database = new Database(path);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    const values = Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
    const insert = database.prepare(`INSERT INTO rimp_items (${COLUMNS}) VALUES ${values}`);
    const data = batches();
    const time = timed(() => {
      for (const { events } of data) {
        database.exec('BEGIN');
        for (let i = 0; i < events.length; i += rows) {
          if (rows === 1) insert.run(...cellsOf(events[i]));
          else insert.run(...events.slice(i, i + rows).flatMap(cellsOf));
        }
        database.exec('COMMIT');
      }
    });
    database.close();
    return time;
  };
  const m = await compare(
    'sqlite',
    'SQLite',
    'us/item',
    Object.fromEntries([
      ['hand-written, a row a statement', () => byHand(1)],
      ['hand-written, 50 rows a statement', () => byHand(50)],
      [
        'SqliteStorage.store',
        async () => {
          const { storage } = await opened();
          return timeToStore(storage, batches());
        },
      ],
    ]),
    { per: ITEMS / 1e3 },
  );
  ratio(
    'items a second over a row a statement',
    m['hand-written, a row a statement'] / m['SqliteStorage.store'],
    'at least 0.9',
  );
  ratio('items a second over 50 rows a statement', m['hand-written, 50 rows a statement'] / m['SqliteStorage.store']);
}
const url = process.env.POSTGRES_URL;
if (url === undefined) console.log('\nPostgreSQL: POSTGRES_URL is not set, nothing measured');
else {
  const { Pool } = createRequire(import.meta.url)('pg');
  const pool = new Pool({ connectionString: url });
  const opened = async () => {
    await pool.query('DROP VIEW IF EXISTS bench_events, bench_metrics; DROP TABLE IF EXISTS bench_items, bench_schema');
    const storage = new PostgresStorage({ url, tablePrefix: 'bench_' });
    await storage.retrieve({ limit: 1 });
    return storage;
  };
  const m = await compare(
    'postgres',
    'PostgreSQL',
    'us/item',
    [
      [
        'hand-written, 500 rows a statement',
        async () => {
          const storage = await opened();
          const row = (r) => `(${Array.from({ length: 8 }, (_, c) => `$${r * 8 + c + 1}`).join(', ')})`;
          const text = `INSERT INTO bench_items (${COLUMNS}) VALUES ${Array.from({ length: 500 }, (_, r) => row(r)).join(', ')}`;
          const data = batches();
          const client = await pool.connect();
          const time = await timed(async () => {
            for (const { events } of data) {
              await client.query('BEGIN');
              for (let i = 0; i < events.length; i += 500) {
                await client.query({ name: 'insert', text, values: events.slice(i, i + 500).flatMap(cellsOf) });
              }
              await client.query('COMMIT');
            }
          });
          client.release();
          await storage.close();
          return time;
        },
      ],
      [
        'PostgresStorage.store',
        async () => {
          const storage = await opened();
          return timeToStore(storage, batches());
        },
      ],
    ],
    { rounds: 3, per: ITEMS / 1e3 },
  );
  ratio('items a second over hand-written', m['hand-written, 500 rows a statement'] / m['PostgresStorage.store']);
  await pool.end();
}
const clickHouse = process.env.CLICKHOUSE_URL;
if (clickHouse === undefined) console.log('\nClickHouse: CLICKHOUSE_URL is not set, nothing measured');
else {
  const BATCH = 10_000;
  const client = createRequire(import.meta.url)('@clickhouse/client').createClient({
    url: clickHouse.replace('clickhouse:', 'http:'),
    compression: { request: true, response: true },
    log: { level: 127 },
  });
  const opened = async () => {
    await client.command({ query: 'DROP DATABASE IF EXISTS bench' });
    const storage = new ClickHouseStorage(`${clickHouse}/bench`);
    // makes the tables
    await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 'shop', message: 'first' })] }));
    return storage;
  };
  const shape = '{"has":["metadata"],"metadata":["amount","ok"]}';
  let seq = 0;
  const rowOf = ({ timestamp, source, message, metadata, eventId }) => ({
    Timestamp: `${timestamp.getTime()}000000`,
    SeverityText: 'INFO',
    SeverityNumber: 9,
    ServiceName: source,
    Body: message,
    ScopeName: source,
    LogAttributes: {
      user_id: metadata.user_id,
      amount: String(metadata.amount),
      ok: String(metadata.ok),
      'log.record.uid': eventId,
      'rimp.seq': `${Date.now()}${String(seq++ % 1_000_000).padStart(6, '0')}`,
      'rimp.shape': shape,
    },
  });
  const m = await compare(
    'clickhouse',
    `ClickHouse, ${BATCH} rows an insert`,
    'us/item',
    {
      'hand-written client.insert': async () => {
        const storage = await opened();
        const data = batches(BATCH);
        const time = await timed(async () => {
          for (const { events } of data)
            await client.insert({ table: 'bench.otel_logs', values: events.map(rowOf), format: 'JSONEachRow' });
        });
        await storage.close();
        return time;
      },
      'ClickHouseStorage.store': async () => {
        const storage = await opened();
        return timeToStore(storage, batches(BATCH));
      },
    },
    { per: ITEMS / 1e3 },
  );
  ratio(
    'items a second over hand-written',
    m['hand-written client.insert'] / m['ClickHouseStorage.store'],
    'at least 0.9',
  );
  await client.command({ query: 'OPTIMIZE TABLE bench.otel_logs FINAL' });
  const query =
    "SELECT sum(bytes_on_disk), sum(rows) FROM system.parts WHERE active AND database = 'bench' AND table = 'otel_logs'";
  const [[bytes, rows]] = await (await client.query({ query, format: 'JSONCompactEachRow' })).json();
  console.log(`  ${(bytes / rows).toFixed(1)} bytes on disk an item, after merge`);
  await client.close();
}
