import { expect, it } from '@jest/globals';
import { ClickHouseStorage, TelemetryData } from 'rimp-telemetry';
import { batch, describeWithClickHouse, event } from '../helpers/clickhouse.js';

describeWithClickHouse('ClickHouseStorage, in tables of the Collector', (server, newDatabase) => {
  it('uses a table of before v0.151 as it is, and keeps the name of an event there too', async () => {
    const database = newDatabase();
    await server.rows(`CREATE DATABASE ${database}`);
    const map = 'Map(LowCardinality(String), String)';
    await server.rows(
      `CREATE TABLE ${database}.otel_logs (Timestamp DateTime64(9), TimestampTime DateTime DEFAULT toDateTime(Timestamp), TraceId String, SpanId String, TraceFlags UInt8, SeverityText LowCardinality(String), SeverityNumber UInt8, ServiceName LowCardinality(String), Body String, ResourceSchemaUrl LowCardinality(String), ResourceAttributes ${map}, ScopeSchemaUrl LowCardinality(String), ScopeName String, ScopeVersion LowCardinality(String), ScopeAttributes ${map}, LogAttributes ${map}, INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8) ENGINE = MergeTree PARTITION BY toDate(TimestampTime) PRIMARY KEY (ServiceName, TimestampTime) ORDER BY (ServiceName, TimestampTime, Timestamp)`,
    );
    const made = (): Promise<readonly unknown[][]> => server.rows(`SHOW CREATE TABLE ${database}.otel_logs`);
    const before = await made();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    const stored = event('a Whole word here', { otel: { eventName: 'user.login' } });
    await storage.store(new TelemetryData({ events: [stored] }));
    const startTime = stored.timestamp;
    const found = await storage.retrieve({ text: 'a Whole word', startTime, endTime: startTime });
    expect(found.events).toEqual([stored]);
    expect((await storage.retrieve({ startTime: new Date(startTime.getTime() + 1) })).isEmpty).toBe(true);
    expect(await made()).toEqual(before);
    await storage.close();
  });

  it('reads what the Collector wrote', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    await storage.store(batch());
    await storage.store(batch('ours'));
    await server.rows(
      `INSERT INTO ${database}.otel_logs (Timestamp, TraceId, SeverityText, SeverityNumber, ServiceName, Body, ResourceAttributes, ScopeName, LogAttributes) VALUES (fromUnixTimestamp64Nano(1767225600000000123), '0af7651916cd43dd8448eb211c80319c', 'WARN', 13, 'shop', 'theirs', {'service.name':'shop'}, 'lib', {'k':'v'})`,
    );
    await server.rows(
      `INSERT INTO ${database}.otel_metrics_histogram (TimeUnix, MetricName, MetricUnit, Attributes, Count, Sum, Min, Max, BucketCounts, ExplicitBounds, AggregationTemporality) VALUES (fromUnixTimestamp64Nano(1767225600000000000), 'took', 'ms', {'route':'/'}, 3, 6, 1, 3, [2, 1], [2], 1)`,
    );
    const { events } = await storage.retrieve({ source: 'lib', eventTypes: ['warning'], metadata: { k: 'v' } });
    expect(events).toMatchObject([
      {
        message: 'theirs',
        metadata: { k: 'v' },
        otel: { resource: { 'service.name': 'shop' }, timeUnixNano: '1767225600000000123' },
      },
    ]);
    expect((await storage.retrieve({ source: 'lib' })).events[0]?.eventId).toBe(events[0]?.eventId);
    expect((await storage.retrieve({ name: 'took.count', tags: { route: '/' } })).metrics).toMatchObject([
      {
        value: 3,
        otel: { kind: 'histogram', instrument: 'took', histogram: { sum: 6, buckets: { counts: [2, 1] } } },
      },
    ]);
    await storage.close();
  });

  it('reads a summary of the Collector as the receiver does: two sums, and a gauge for each quantile', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    await storage.store(batch());
    await storage.store(batch('ours'));
    await server.rows(
      `INSERT INTO ${database}.otel_metrics_summary (TimeUnix, MetricName, MetricUnit, Attributes, Count, Sum, ValueAtQuantiles.Quantile, ValueAtQuantiles.Value) VALUES (fromUnixTimestamp64Nano(1767225600000000000), 'took', 'ms', {'route':'/'}, 3, 6.5, [0.5, 0.99], [2, 3])`,
    );
    const { metrics } = await storage.retrieve({ kinds: ['metric'] });
    const known = metrics.map(({ name, value, unit, tags, otel }) => [name, value, unit, tags?.quantile, otel?.kind]);
    const sorted = known.toSorted((a, b) => String(a).localeCompare(String(b)));
    expect(sorted).toEqual([
      ['took', 2, 'ms', '0.5', 'gauge'],
      ['took', 3, 'ms', '0.99', 'gauge'],
      ['took.count', 3, '1', undefined, 'sum'],
      ['took.sum', 6.5, 'ms', undefined, 'sum'],
    ]);
    expect(new Set(metrics.map(({ metricId }) => metricId)).size).toBe(4);
    expect((await storage.retrieve({ name: 'took', tags: { route: '/', quantile: '0.99' } })).metrics).toMatchObject([
      { value: 3 },
    ]);
    const pages = [];
    let after: string | undefined;
    for (let i = 0; i < 4; i += 1) {
      const page = await storage.retrieve({ kinds: ['metric'], limit: 1, ...(after !== undefined && { after }) });
      pages.push(...page.metrics);
      after = page.cursor;
    }
    expect(pages).toEqual(metrics);
    await storage.close();
  });
});
