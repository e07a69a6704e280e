import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { type ClickHouse, clickHouseScript, startClickHouse } from '../helpers/clickhouse.js';

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly rawSql: string }[] }[];
}

const dashboard = JSON.parse(readFileSync('examples/grafana-clickhouse.json', 'utf8')) as Dashboard;
const NOW = Date.UTC(2026, 0, 1, 12);

/** The query as Grafana's data source sends it, for a day. */
function asSent(sql: string): string {
  const time = (millis: number): string => `fromUnixTimestamp64Milli(${millis})`;
  return sql
    .replace(/\$__timeFilter_ms\((\w+)\)/g, `$1 >= ${time(NOW - 43_200_000)} AND $1 <= ${time(NOW + 43_200_000)}`)
    .replace(/\$__timeInterval\((\w+)\)/g, 'toStartOfInterval(toDateTime($1), INTERVAL 60 second)')
    .replaceAll(/\$\{service:singlequote\}/g, "'shop'")
    .replaceAll(/\botel_(?=logs|traces|metrics)/g, 'board.otel_');
}

(clickHouseScript() === undefined ? describe.skip : describe)('examples/grafana-clickhouse.json', () => {
  let server: ClickHouse;
  beforeAll(async () => {
    server = await startClickHouse();
    const storage = new ClickHouseStorage(`${server.url}/board`);
    const timestamp = new Date(NOW);
    const resource = { 'service.name': 'shop' };
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const span = { kind: 'server', endTimeUnixNano: `${NOW + 25}000000` } as const;
    const histogram = { count: 4, sum: 10, min: 1, max: 4, buckets: { boundaries: [2], counts: [2, 2] } };
    await storage.store(
      new TelemetryData({
        events: [
          new TelemetryEvent({
            timestamp,
            source: 's',
            message: 'failed',
            eventType: 'error',
            metadata: { order: 7 },
            otel: { resource },
          }),
          new TelemetryEvent({ timestamp, source: 's', message: 'GET /', otel: { traceId, span, resource } }),
        ],
        metrics: [
          new TelemetryMetric({ timestamp, name: 'load', value: 0.5, unit: '1', otel: { resource } }),
          new TelemetryMetric({
            timestamp,
            name: 'took.count',
            value: 4,
            unit: '1',
            otel: { kind: 'histogram', instrument: 'took', unit: 'ms', histogram, resource },
          }),
        ],
      }),
    );
    await storage.close();
  });
  afterAll(() => server.stop());

  const queryOf = (title: string): string => {
    const sql = dashboard.panels.find((panel) => panel.title === title)?.targets[0]?.rawSql;
    return asSent(sql ?? `no panel ${title}`);
  };
  const minute = '2026-01-01 12:00:00';

  it.each([
    ['Events by severity', [[minute, 'ERROR', 1]]],
    ['Errors by service', [['shop', 1, 1, 1]]],
    ['Gauges, mean', [[minute, 'load [1]', 0.5]]],
    ['Histograms, mean', [[minute, 'took [ms]', 2.5]]],
    ['Spans, 95th percentile', [[minute, 'shop GET /', 25]]],
    ['Slowest traces', [['0af7651916cd43dd8448eb211c80319c', `${minute}.000000000`, 'GET /', 25, 1, 0]]],
    ['Events', [[`${minute}.000000000`, 'failed', 'ERROR', 'shop', '', { order: '7' }]]],
  ])('has a panel "%s" that shows what ClickHouseStorage stored', async (title, expected) => {
    expect(await server.rows(`${queryOf(title)} SETTINGS session_timezone = 'UTC'`)).toEqual(expected);
  });

  it('has no panel but these, and finds the services to choose from', async () => {
    expect(dashboard.panels).toHaveLength(7);
    const service = dashboard.templating.list.find(({ name }) => name === 'service');
    expect(await server.rows(asSent(service?.query ?? ''))).toEqual([['shop']]);
  });
});
