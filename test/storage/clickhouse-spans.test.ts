import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ClickHouseStorage, type EventOtel, type SpanDetail, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { span } from '../helpers/arbitrary-spans.js';
import { describeWithClickHouse } from '../helpers/clickhouse.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const START = 1_767_225_600_000;
const detail: SpanDetail = {
  kind: 'server',
  parentSpanId: '00f067aa0ba902b7',
  endTimeUnixNano: `${START + 12}500123`,
  status: { code: 'error', message: 'unavailable' },
  traceState: 'vendor=1',
  events: [{ name: 'exception', timeUnixNano: `${START + 1}000000`, attributes: { 'exception.message': 'no stock' } }],
  links: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceState: 'a=b' }],
};
const whole = new TelemetryEvent({
  eventId: 'id',
  timestamp: new Date(START),
  eventType: 'error',
  source: 'cart',
  message: 'GET /cart',
  metadata: { 'http.request.method': 'GET', 'http.response.status_code': 503 },
  otel: {
    traceId: TRACE,
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
    timeUnixNano: `${START}000123`,
    scopeVersion: '1.2',
    resource: { 'service.name': 'shop' },
    span: detail,
  },
});
const { eventId: _id, ...fields } = whole;
const named = (message: string, otel: EventOtel = {}, more: object = {}): TelemetryEvent =>
  new TelemetryEvent({ ...fields, message, ...more, otel: { ...whole.otel, ...otel } });

describeWithClickHouse('spans in ClickHouse', (server, newDatabase) => {
  const names = async (storage: ClickHouseStorage, query: object): Promise<string[]> =>
    (await storage.retrieve(query)).events.map(({ message }) => message);
  it('fill the columns of the table of traces that others read, and no log records', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    await storage.store(new TelemetryData({ events: [whole] }));
    const [row] = await server.rows(
      `SELECT toString(Timestamp), TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes['http.request.method'], SpanAttributes['http.response.status_code'], toUInt32(Duration), StatusCode, StatusMessage, arrayMap(x -> toString(x), Events.Timestamp), Events.Name, Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes FROM ${database}.otel_traces`,
    );
    expect(row).toEqual([
      '2026-01-01 00:00:00.000000123',
      TRACE,
      'b7ad6b7169203331',
      '00f067aa0ba902b7',
      'vendor=1',
      'GET /cart',
      'Server',
      'shop',
      { 'service.name': 'shop' },
      'cart',
      '1.2',
      'GET',
      '503',
      12_500_000,
      'Error',
      'unavailable',
      ['2026-01-01 00:00:00.001000000'],
      ['exception'],
      [{ 'exception.message': 'no stock' }],
      ['4bf92f3577b34da6a3ce929d0e0e4736'],
      ['00f067aa0ba902b7'],
      ['a=b'],
      [{}],
    ]);
    expect(await server.rows(`SELECT count() FROM ${database}.otel_logs`)).toEqual([[0]]);
    // what Grafana's data source asks first
    expect(
      await server.rows(
        `SELECT TraceId, toUnixTimestamp(min(Start)) FROM ${database}.otel_traces_trace_id_ts GROUP BY 1`,
      ),
    ).toEqual([[TRACE, START / 1_000]]);
    expect((await storage.retrieve()).events).toEqual([whole]);
    await storage.clear();
    expect(await server.rows(`SELECT count() FROM ${database}.otel_traces_trace_id_ts`)).toEqual([[0]]);
    await storage.close();
  });

  it('come back as they were stored, whatever they hold', async () => {
    const storage = new ClickHouseStorage(`${server.url}/${newDatabase()}`);
    await fc.assert(
      fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 50 }), async (events) => {
        await storage.clear();
        const unique = [...new Map(events.map((event) => [event.eventId, event])).values()];
        await storage.store(new TelemetryData({ events: unique }));
        expect((await storage.retrieve()).events).toEqual(unique);
      }),
      { numRuns: 20 },
    );
    await storage.close();
  }, 60_000);

  it('keep their place among log records', async () => {
    const storage = new ClickHouseStorage(`${server.url}/${newDatabase()}`);
    const log = (message: string): TelemetryEvent => new TelemetryEvent({ source: 's', message });
    const events = [log('1'), named('2'), log('3'), named('4')];
    await storage.store(new TelemetryData({ events }));
    expect(await names(storage, {})).toEqual(['1', '2', '3', '4']);
    expect(await names(storage, { order: 'desc', limit: 3 })).toEqual(['4', '3', '2']);
    const { cursor } = await storage.retrieve({ limit: 2 });
    expect(await names(storage, { after: cursor })).toEqual(['3', '4']);
    await storage.close();
  });

  it('are found by what a query asks for', async () => {
    const storage = new ClickHouseStorage(`${server.url}/${newDatabase()}`);
    const events = [
      whole,
      named(
        'fine',
        { span: { ...detail, status: { code: 'ok' } } },
        { eventType: 'info', source: 'other', metadata: { k: [1] } },
      ),
      named('odd type', {}, { eventType: 'debug' }),
      named('severe', { severityNumber: 24 }),
      named('odd trace', { traceId: 'F'.repeat(32) }),
    ];
    await storage.store(new TelemetryData({ events }));
    const cases: [query: object, expected: string[]][] = [
      [{ traceId: TRACE }, ['GET /cart', 'fine', 'odd type', 'severe']],
      [{ traceId: 'f'.repeat(32) }, ['odd trace']],
      [{ eventTypes: ['error'] }, ['GET /cart', 'severe', 'odd trace']],
      [{ eventTypes: ['info'] }, ['fine']],
      [{ eventTypes: ['debug', 'warning'] }, ['odd type']],
      [{ minSeverity: 17 }, ['GET /cart', 'severe', 'odd trace']],
      [{ minSeverity: 20 }, ['severe']],
      [{ source: 'other' }, ['fine']],
      [{ text: 'dd t' }, ['odd type', 'odd trace']],
      [{ metadata: { 'http.response.status_code': 503 }, text: 'GET' }, ['GET /cart']],
      [{ metadata: { k: [1] } }, ['fine']],
      [{ kinds: ['metric'] }, []],
      [{ startTime: new Date(START + 1) }, []],
    ];
    for (const [query, expected] of cases) expect([query, await names(storage, query)]).toEqual([query, expected]);
    await storage.close();
  });

  it('are read as the Collector wrote them, in the present form and in an earlier one, which stays as it is', async () => {
    const map = 'Map(LowCardinality(String), String)';
    const lists = `Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes ${map}), Links Nested (TraceId String, SpanId String, TraceState String, Attributes ${map})`;
    const earlier = newDatabase();
    await server.rows(`CREATE DATABASE ${earlier}`);
    await server.rows(
      `CREATE TABLE ${earlier}.otel_traces (Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String, SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String), ResourceAttributes ${map}, SpanAttributes ${map}, Duration Int64, StatusCode LowCardinality(String), StatusMessage String, ${lists}) ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (ServiceName, SpanName, toUnixTimestamp(Timestamp), TraceId)`,
    );
    const made = (): Promise<readonly unknown[][]> => server.rows(`SHOW CREATE TABLE ${earlier}.otel_traces`);
    const before = await made();
    const present = newDatabase();
    const write = (database: string, columns: string, kind: string, code: string, values: string) =>
      server.rows(
        `INSERT INTO ${database}.otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Duration, StatusCode, StatusMessage, Events.Timestamp, Events.Name, Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes, ${columns}) VALUES (fromUnixTimestamp64Nano(${START}000123), '${TRACE}', 'b7ad6b7169203331', '00f067aa0ba902b7', 'theirs', '${kind}', 'shop', 1500000, '${code}', 'no', [fromUnixTimestamp64Nano(${START}000000)], ['e'], [{'k':'v'}], [], [], [], [], ${values})`,
      );
    const storages = [earlier, present].map((database) => new ClickHouseStorage(`${server.url}/${database}`));
    for (const storage of storages) await storage.store(new TelemetryData({ events: [named('ours')] }));
    await write(present, 'ScopeName, ScopeVersion', 'Server', 'Error', "'lib', '2'");
    await write(
      earlier,
      'SpanAttributes',
      'SPAN_KIND_SERVER',
      'STATUS_CODE_ERROR',
      "{'otel.library.name':'lib', 'otel.library.version':'2'}",
    );
    for (const storage of storages) {
      const { events } = await storage.retrieve({ eventTypes: ['error'], traceId: TRACE });
      expect(events.map(({ message }) => message).sort()).toEqual(['ours', 'theirs']);
      expect(events.find(({ message }) => message === 'theirs')).toMatchObject({
        eventType: 'error',
        source: 'lib',
        otel: {
          traceId: TRACE,
          scopeVersion: '2',
          timeUnixNano: `${START}000123`,
          span: {
            kind: 'server',
            parentSpanId: '00f067aa0ba902b7',
            endTimeUnixNano: `${START + 1}500123`,
            status: { code: 'error', message: 'no' },
            events: [{ name: 'e', timeUnixNano: `${START}000000`, attributes: { k: 'v' } }],
          },
        },
      });
      expect(events.find(({ message }) => message === 'ours')).toEqual(
        expect.objectContaining({ source: 'cart', otel: named('ours').otel }),
      );
      await storage.close();
    }
    expect(await made()).toEqual(before);
  });
});
