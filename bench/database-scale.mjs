// Queries of a window of time, and counts, over many events, in SQLite, PostgreSQL and ClickHouse, which are filled with
// the same batches, then with copies of them at earlier times; and what an event takes on disk.
// Usage: [POSTGRES_URL=…] [CLICKHOUSE_URL=clickhouse://…] node bench/database-scale.mjs [events]
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseStorage, PostgresStorage, SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { digits, median, table } from './harness.mjs';

const WANTED = Number(process.argv[2] ?? 1_000_000);
const BATCH = 10_000;
/** Events that go through the storages; the databases copy them, which takes a tenth of the time. */
const STORED = Math.min(WANTED, 500_000);
const COPIES = Math.ceil(WANTED / STORED) - 1;
const EVENTS = STORED * (COPIES + 1);
/** Between two events, so that 10 million are a bit more than a day. */
const STEP_MILLIS = 10;
const SPAN_MILLIS = STORED * STEP_MILLIS;
const START = Date.UTC(2026, 0, 1);
const STORED_START = START + COPIES * SPAN_MILLIS;
const LONG = 600_000;
const TYPES = ['debug', 'info', 'info', 'info', 'info', 'info', 'info', 'warning', 'info', 'error'];
const require = createRequire(import.meta.url);

/** The same events in each run; five of a request share a trace. */
function eventAt(i) {
  const random = createHash('md5').update(String(i)).digest('hex');
  const request = Math.floor(i / 5);
  const customer = Math.imul(request, 7_919) & 0xffff;
  return new TelemetryEvent({
    eventId: `${i.toString(16).padStart(12, '0')}-${random.slice(16)}`,
    timestamp: new Date(STORED_START + i * STEP_MILLIS),
    eventType: TYPES[(i * 7 + Math.floor(i / 1_000)) % TYPES.length],
    source: `service-${request % 20}`,
    message: `order ${i} placed by customer ${customer}`,
    metadata: { user_id: `u${customer}`, amount: (i % 10_000) / 7, ok: i % 10 !== 0 },
    otel: { traceId: traceOf(request), spanId: random.slice(0, 16) },
  });
}

function traceOf(request) {
  return prefixed(0, createHash('md5').update(`trace ${request}`).digest('hex'));
}

/** Ids of a copy begin with its number. */
function prefixed(copy, id) {
  return `${prefixOf(copy)}${id.slice(2)}`;
}

function prefixOf(copy) {
  return copy.toString(16).padStart(2, '0');
}

const at = (share) => START + Math.floor(EVENTS * share) * STEP_MILLIS;
const window = (share, seconds) => ({
  startTime: new Date(at(share)),
  endTime: new Date(at(share) + seconds * 1_000),
});
const HOUR = window(0.3, 3_600);
/** One that is within the window of texts. */
const [CUSTOMER] = /by customer \d+/.exec(eventAt((Math.floor(EVENTS * 0.6) + 5_000) % STORED).message);
const QUERIES = {
  'one minute, all of it': window(0.5, 60),
  'ten minutes, errors of a source': { ...window(0.4, 600), source: 'service-3', eventTypes: ['error'] },
  'ten minutes, a text': { ...window(0.6, 600), text: CUSTOMER },
  'a trace by its id, no time given': { traceId: prefixed(COPIES >> 1, traceOf(777)) },
  'the last 100, no time given': { order: 'desc', limit: 100 },
};

const directory = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'rimp-scale-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const databases = {
  async SQLite() {
    const path = join(directory, 'scale.db');
    const builtIn = process.getBuiltinModule('node:sqlite');
    let database;
    const ask = (query, ...values) => {
      database ??= new (builtIn?.DatabaseSync ?? require('libsql'))(path);
      return database.prepare(query).all(...values).length;
    };
    return {
      storage: new SqliteStorage(path),
      copy(k) {
        database ??= new (builtIn?.DatabaseSync ?? require('libsql'))(path);
        database.exec(
          `INSERT INTO rimp_items (kind, id, time_ms, event_type, severity, source, message, metadata, trace_id, otel) SELECT kind, '${prefixOf(k)}' || substr(id, 3), time_ms - ${k * SPAN_MILLIS}, event_type, severity, source, message, metadata, '${prefixOf(k)}' || substr(trace_id, 3), replace(otel, '"traceId":"00', '"traceId":"${prefixOf(k)}') FROM rimp_items WHERE seq <= ${STORED}`,
        );
      },
      bytes: () => readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0),
      byType: ({ startTime, endTime }) =>
        ask(
          'SELECT event_type, count(*) FROM rimp_items WHERE kind = 0 AND time_ms BETWEEN ? AND ? GROUP BY event_type',
          startTime.getTime(),
          endTime.getTime(),
        ),
      bySource: () => ask('SELECT source, count(*) FROM rimp_items WHERE kind = 0 GROUP BY source'),
      close: () => database?.close(),
    };
  },
  async PostgreSQL() {
    const url = process.env.POSTGRES_URL;
    if (url === undefined) return undefined;
    const pool = new (require('pg').Pool)({ connectionString: url });
    const ask = async (text, values) => (await pool.query(text, values)).rows;
    await ask('DROP VIEW IF EXISTS scale_events, scale_metrics');
    await ask('DROP TABLE IF EXISTS scale_items, scale_schema');
    return {
      storage: new PostgresStorage({ url, tablePrefix: 'scale_', connection: { statement_timeout: LONG } }),
      copy: (k) =>
        ask(
          `INSERT INTO scale_items (kind, id, time_ms, event_type, severity, source, message, metadata, trace_id, otel) SELECT kind, '${prefixOf(k)}' || substr(id, 3), time_ms - ${k * SPAN_MILLIS}, event_type, severity, source, message, metadata, '${prefixOf(k)}' || substr(trace_id, 3), jsonb_set(otel, '{traceId}', to_jsonb('${prefixOf(k)}' || substr(trace_id, 3))) FROM scale_items WHERE seq <= ${STORED}`,
        ),
      settle: () => ask('VACUUM ANALYZE scale_items'),
      bytes: async () => Number((await ask("SELECT pg_total_relation_size('scale_items') AS n"))[0].n),
      byType: async ({ startTime, endTime }) => {
        const text =
          'SELECT event_type, count(*) FROM scale_items WHERE kind = 0 AND time_ms BETWEEN $1 AND $2 GROUP BY event_type';
        return (await ask(text, [startTime.getTime(), endTime.getTime()])).length;
      },
      bySource: async () =>
        (await ask('SELECT source, count(*) FROM scale_items WHERE kind = 0 GROUP BY source')).length,
      close: () => pool.end(),
    };
  },
  async ClickHouse() {
    const url = process.env.CLICKHOUSE_URL;
    if (url === undefined) return undefined;
    // a socket that is kept goes stale while SQLite holds up this process
    const connection = { request_timeout: LONG, keep_alive: { enabled: false } };
    const client = require('@clickhouse/client').createClient({
      url: url.replace('clickhouse:', 'http:'),
      ...connection,
      log: { level: 127 },
    });
    const ask = async (query, query_params = {}) =>
      (await client.query({ query, query_params, format: 'JSONCompactEachRow' })).json();
    await client.command({ query: 'DROP DATABASE IF EXISTS bench_scale' });
    return {
      storage: new ClickHouseStorage({ url: `${url}/bench_scale`, connection }),
      copy: (k) =>
        client.command({
          query: `INSERT INTO bench_scale.otel_logs SELECT * REPLACE (Timestamp - toIntervalMillisecond(${k * SPAN_MILLIS}) AS Timestamp, concat('${prefixOf(k)}', substring(TraceId, 3)) AS TraceId, mapUpdate(LogAttributes, map('log.record.uid', concat('${prefixOf(k)}', substring(LogAttributes['log.record.uid'], 3)), 'rimp.seq', toString(toInt64(LogAttributes['rimp.seq']) - ${k} * 1000000000000))) AS LogAttributes) FROM (SELECT * FROM bench_scale.otel_logs WHERE Timestamp >= fromUnixTimestamp64Milli(${STORED_START}))`,
        }),
      settle: () => client.command({ query: 'OPTIMIZE TABLE bench_scale.otel_logs FINAL' }),
      bytes: async () => {
        const query = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'bench_scale'";
        return Number((await ask(query))[0][0]);
      },
      byType: async ({ startTime, endTime }) => {
        const query =
          'SELECT SeverityText, count() FROM bench_scale.otel_logs WHERE Timestamp BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64}) GROUP BY SeverityText';
        return (await ask(query, { from: startTime.getTime(), to: endTime.getTime() })).length;
      },
      bySource: async () =>
        (await ask('SELECT ServiceName, count() FROM bench_scale.otel_logs GROUP BY ServiceName')).length,
      close: () => client.close(),
    };
  },
};

const opened = {};
for (const [name, open] of Object.entries(databases)) {
  const database = await open();
  if (database === undefined) console.log(`${name}: no URL, nothing measured`);
  else opened[name] = database;
}
const all = Object.values(opened);
const began = performance.now();
const progress = (done) => console.error(`${done} events in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
for (let first = 0; first < STORED; first += BATCH) {
  const length = Math.min(BATCH, STORED - first);
  const batch = new TelemetryData({ events: Array.from({ length }, (_, i) => eventAt(first + i)) });
  await Promise.all(all.map(({ storage }) => storage.store(batch)));
  if (first % (10 * BATCH) === 0) progress(first + length);
}
for (let k = 1; k <= COPIES; k += 1) {
  // the one that works in this process last: the others have begun by then
  await Promise.all(all.toReversed().map(({ copy }) => copy(k)));
  progress(STORED * (k + 1));
}

/** The median of three, after one that warms up; and what was found. */
async function millisOf(work) {
  const times = [];
  let found;
  for (let round = 0; round < 4; round += 1) {
    const start = performance.now();
    found = await work();
    if (round > 0) times.push(performance.now() - start);
  }
  return { text: `${digits(median(times))} ms`, found };
}

const rows = new Map();
const founds = new Map();
function add(title, name, text, found) {
  rows.set(title, [...(rows.get(title) ?? [title]), text]);
  if (found === undefined) return;
  if (founds.has(title) && founds.get(title) !== found)
    console.error(`${name}: ${title}: ${found}, others have ${founds.get(title)}`);
  founds.set(title, found);
}
for (const [name, database] of Object.entries(opened)) {
  await database.settle?.();
  add('bytes on disk an event', name, digits((await database.bytes()) / EVENTS));
  const works = {
    ...Object.fromEntries(
      Object.entries(QUERIES).map(([title, query]) => [
        title,
        async () => (await database.storage.retrieve(query)).size,
      ]),
    ),
    'SQL: count by type, one hour': () => database.byType(HOUR),
    'SQL: count by source, all': () => database.bySource(),
  };
  for (const [title, work] of Object.entries(works)) {
    const { text, found } = await millisOf(work);
    console.error(`${name}: ${title}: ${text}, ${found}`);
    add(title, name, text, found);
  }
  await database.storage.close();
  await database.close();
}
const found = (title) => (founds.has(title) ? `${title} (${founds.get(title)})` : title);
table(
  'database-scale',
  `${EVENTS} events, Node ${process.version}: ${Object.keys(opened).join(', ')}`,
  ['', ...Object.keys(opened)],
  [...rows.values()].map(([title, ...cells]) => [found(title), ...cells]),
);
