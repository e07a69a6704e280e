import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ClickHouseStorage, openStorage, TelemetryCollector, TelemetryData, TelemetryMetric } from 'rimp-telemetry';
import { batch, describeWithClickHouse, event, startClickHouse } from '../helpers/clickhouse.js';
import { freePort } from '../helpers/free-port.js';
import { expectBalance } from '../helpers/ledger.js';

const messages = async (storage: ClickHouseStorage): Promise<string[]> =>
  (await storage.retrieve()).events.map(({ message }) => message);

describeWithClickHouse('ClickHouseStorage', (server, newDatabase) => {
  it('finds metadata and tags whose key is empty', async () => {
    const storage = new ClickHouseStorage({ url: `${server.url}/${newDatabase()}` });
    const events = [event('a', { metadata: { '': 'x' } }), event('b', { metadata: { '': 'y' } })];
    const metrics = [new TelemetryMetric({ name: 'm', value: 1, tags: { '': '' } })];
    await storage.store(new TelemetryData({ events, metrics }));
    expect((await storage.retrieve({ metadata: { '': 'x' } })).events).toEqual(events.slice(0, 1));
    expect((await storage.retrieve({ tags: { '': '' } })).metrics).toEqual(metrics);
    await storage.close();
  });

  it('makes tables with the columns that the exporter of the Collector names', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage({ url: `${server.url}/${database}`, retention: { maxAgeSeconds: 86_400 } });
    await storage.store(batch('1'));
    const columns = await server.rows(
      `SELECT name, type FROM system.columns WHERE database = '${database}' AND table = 'otel_logs' ORDER BY position`,
    );
    const map = 'Map(LowCardinality(String), String)';
    expect(Object.fromEntries(columns)).toEqual({
      Timestamp: 'DateTime64(9)',
      TraceId: 'String',
      SpanId: 'String',
      TraceFlags: 'UInt8',
      SeverityText: 'LowCardinality(String)',
      SeverityNumber: 'UInt8',
      ServiceName: 'LowCardinality(String)',
      Body: 'String',
      ResourceSchemaUrl: 'LowCardinality(String)',
      ResourceAttributes: map,
      ScopeSchemaUrl: 'LowCardinality(String)',
      ScopeName: 'String',
      ScopeVersion: 'LowCardinality(String)',
      ScopeAttributes: map,
      LogAttributes: map,
      EventName: 'String',
    });
    const tables = await server.rows(
      `SELECT name, create_table_query LIKE '%TTL toDateTime(% + toIntervalSecond(86400)%' FROM system.tables WHERE database = '${database}' AND engine LIKE '%MergeTree' ORDER BY name`,
    );
    expect(tables).toEqual(
      [
        'logs',
        'metrics_exponential_histogram',
        'metrics_gauge',
        'metrics_histogram',
        'metrics_sum',
        'metrics_summary',
        'traces',
        'traces_trace_id_ts',
      ].map((name) => [`otel_${name}`, 1]),
    );
    await storage.close();
  });

  it('fills the columns that others read', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    const timestamp = new Date(1_767_225_600_000);
    const resource = { 'service.name': 'shop', 'process.pid': 7 };
    const histogram = { count: 3, sum: 6, min: 1, max: 3, buckets: { boundaries: [2], counts: [2, 1] } };
    await storage.store(
      new TelemetryData({
        events: [
          event('hello', { eventType: 'error', metadata: { n: 1, ok: true, deep: { a: 1 } }, otel: { resource } }),
        ],
        metrics: [
          new TelemetryMetric({ timestamp, name: 'load', value: 0.1 + 0.2, unit: 's', tags: { cpu: 1 } }),
          new TelemetryMetric({
            timestamp,
            name: 'hits',
            value: 5,
            otel: { kind: 'sum', temporality: 'delta', monotonic: true },
          }),
          new TelemetryMetric({
            timestamp,
            name: 'took.count',
            value: 3,
            unit: '1',
            otel: { kind: 'histogram', instrument: 'took', unit: 'ms', histogram },
          }),
        ],
      }),
    );
    const rows = (sql: string): Promise<readonly unknown[][]> =>
      server.rows(sql.replaceAll('otel_', `${database}.otel_`));
    expect(
      await rows(
        "SELECT ServiceName, ScopeName, SeverityText, SeverityNumber, Body, LogAttributes['n'], LogAttributes['ok'], LogAttributes['deep'], ResourceAttributes['process.pid'] FROM otel_logs",
      ),
    ).toEqual([['shop', 's', 'ERROR', 17, 'hello', '1', 'true', '{"a":1}', '7']]);
    expect(await rows('SELECT MetricName, Value, MetricUnit, Attributes FROM otel_metrics_gauge')).toEqual([
      ['load', 0.300_000_000_000_000_04, 's', { cpu: '1' }],
    ]);
    expect(await rows('SELECT MetricName, Value, AggregationTemporality, IsMonotonic FROM otel_metrics_sum')).toEqual([
      ['hits', 5, 1, true],
    ]);
    expect(
      await rows(
        'SELECT MetricName, MetricUnit, Count, Sum, Min, Max, BucketCounts, ExplicitBounds FROM otel_metrics_histogram',
      ),
    ).toEqual([['took', 'ms', 3, 6, 1, 3, [2, 1], [2]]]);
    const [count] = (await storage.retrieve({ name: 'took.count' })).metrics;
    expect(count).toMatchObject({ value: 3, unit: '1', otel: { histogram, unit: 'ms' } });
    await storage.close();
  });

  it('stores a batch once that comes again, also from another process, and stores it anew after it was emptied', async () => {
    const url = `${server.url}/${newDatabase()}`;
    const [one, other] = [new ClickHouseStorage(url), new ClickHouseStorage(url)];
    await one.store(batch('1', '2'));
    await other.store(batch('1', '2'));
    expect(await messages(one)).toEqual(['1', '2']);
    await one.clear();
    await one.store(batch('1', '2'));
    expect(await messages(other)).toEqual(['1', '2']);
    await Promise.all([one.close(), other.close()]);
  });

  it('loses only the items that the server refuses, and counts them', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    await storage.store(batch('first'));
    await server.rows(`ALTER TABLE ${database}.otel_logs ADD CONSTRAINT good CHECK Body NOT LIKE 'bad%'`);
    const error: unknown = await storage
      .store(batch('a', 'bad 1', 'b', 'c', 'bad 2'))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ permanent: true, dropped: { refused: 2, not_serializable: 0 } });
    expect((await messages(storage)).toSorted()).toEqual(['a', 'b', 'c', 'first']);
    await storage.close();
  });

  it('gives back times and texts that no column holds', async () => {
    const storage = new ClickHouseStorage(`${server.url}/${newDatabase()}`);
    const times = [-8.64e15, -1, 0, 4_294_967_295_999, 8.64e15];
    const events = [
      ...times.map((millis) => event(String(millis), { timestamp: new Date(millis) })),
      event('half \ud83d', { metadata: { '\udc00': 'x', 'rimp.seq': 'mine' } }),
      event('names of our own', { otel: { resource: { 'rimp.seq': 'a' }, scopeAttributes: { 'rimp.line': 'b' } } }),
    ];
    await storage.store(new TelemetryData({ events }));
    expect((await storage.retrieve()).events).toEqual(events);
    expect((await storage.retrieve({ endTime: new Date(-1) })).events.map(({ message }) => message)).toEqual([
      '-8640000000000000',
      '-1',
    ]);
    await storage.close();
  });

  it('is what storageBackend "database" is with a clickhouse:// URL', async () => {
    const storagePath = `${server.url}/${newDatabase()}`;
    const storage = openStorage({ storageBackend: 'database', storagePath });
    expect(storage).toBeInstanceOf(ClickHouseStorage);
    await storage.close();
    const wrong = { storageBackend: 'file', storagePath } as const;
    expect(() => new TelemetryCollector(wrong)).toThrow(/storageBackend "clickhouse"/);
  });

  it('is waited for by a collector while it is away', async () => {
    const data = mkdtempSync(join(tmpdir(), 'rimp-ch-'));
    const port = await freePort();
    const storagePath = `clickhouse://127.0.0.1:${port}/away`;
    const collector = new TelemetryCollector({ storageBackend: 'clickhouse', storagePath, bufferSize: 10 });
    for (let i = 0; i < 25; i += 1) collector.collectEvent('s', String(i));
    await expect(collector.forceFlush({ timeoutMillis: 100 })).resolves.toMatchObject({ complete: false });
    const late = await startClickHouse(port, data);
    await expect(collector.forceFlush({ timeoutMillis: 20_000 })).resolves.toMatchObject({ complete: true });
    expectBalance(collector);
    expect(await late.rows('SELECT count(), uniq(Body) FROM away.otel_logs')).toEqual([[25, 25]]);
    await collector.shutdown();
    await late.stop();
    rmSync(data, { recursive: true, force: true });
  });
});
