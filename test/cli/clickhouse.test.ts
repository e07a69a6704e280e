import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseStorage, SqliteStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { type ClickHouse, clickHouseScript, startClickHouse } from '../helpers/clickhouse.js';
import { freePort } from '../helpers/free-port.js';
import { endRimps, rimp, startRimp } from '../helpers/run-rimp.js';
import { until } from '../helpers/until.js';

const FIRST = Date.UTC(2026, 0, 1);
const ITEMS = 2_500;

(clickHouseScript() === undefined ? describe.skip : describe)('rimp with a ClickHouse', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-cli-ch-'));
  const file = join(directory, 'laptop.db');
  const timestamp = (i: number): Date => new Date(FIRST + i * 60_000);
  const data = new TelemetryData({
    events: Array.from(
      { length: ITEMS },
      (_, i) => new TelemetryEvent({ timestamp: timestamp(i), source: 'shop', message: `order ${i}`, metadata: { i } }),
    ),
    metrics: [new TelemetryMetric({ timestamp: timestamp(0), name: 'load', value: 0.5 })],
  });
  let server: ClickHouse;
  let url: string;
  beforeAll(async () => {
    server = await startClickHouse();
    url = `${server.url}/fleet`;
    const storage = new SqliteStorage(file);
    await storage.store(data);
    await storage.close();
    expect(rimp(['convert', file, url])).toMatchObject({ status: 0 });
  });
  afterEach(endRimps);
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  it('moves SQLite into it with the original times, and again without a second copy', async () => {
    const again = rimp(['convert', file, url]);
    expect(again.stderr).toContain('2,501 items read = 0 written + 2,501 there already');
    expect(again.status).toBe(0);
    const storage = new ClickHouseStorage(url);
    expect((await storage.retrieve()).events).toEqual(data.events);
    expect((await storage.retrieve()).metrics).toEqual(data.metrics);
    await storage.close();
  });

  it('opened to be read only makes no tables, writes nothing, and the server is told so', async () => {
    const storage = new ClickHouseStorage({ url: `${server.url}/nobody`, readOnly: true });
    expect((await storage.retrieve()).isEmpty).toBe(true);
    await expect(storage.store(data)).rejects.toThrow("can't be written: it was opened with readOnly");
    await expect(storage.clear()).rejects.toThrow("can't be emptied: it was opened with readOnly");
    await storage.close();
    expect(await server.rows("SELECT name FROM system.databases WHERE name = 'nobody'")).toEqual([]);
    const there = new ClickHouseStorage({ url, readOnly: true });
    expect((await there.retrieve({ limit: 3 })).size).toBe(3);
    await there.close();
  });

  it('moves every item once if it is killed on the way and started again', async () => {
    const large = join(directory, 'large.db');
    const target = `${server.url}/moved`;
    const storage = new SqliteStorage(large);
    const items = 60_000;
    for (let first = 0; first < items; first += 10_000)
      await storage.store(
        new TelemetryData({
          events: Array.from(
            { length: 10_000 },
            (_, i) =>
              new TelemetryEvent({ timestamp: timestamp((first + i) % 5_000), source: 'shop', message: `${i}` }),
          ),
        }),
      );
    await storage.close();
    const moving = startRimp(['convert', large, target]);
    const count = async (): Promise<number> =>
      Number((await server.rows("SELECT sum(total_rows) FROM system.tables WHERE database = 'moved'"))[0]?.[0]);
    await until(async () => (await count()) > 0);
    moving.child.kill('SIGKILL');
    expect(await moving.ended).toBe('SIGKILL');
    const before = await count();
    expect(before).toBeLessThan(items);
    const again = rimp(['convert', large, target]);
    expect(again.stderr).toMatch(/60,000 items read = [\d,]+ written \+ [\d,]+ there already/);
    const sql = `SELECT count(), uniqExact(LogAttributes['log.record.uid']), uniqExact(Timestamp) FROM moved.otel_logs`;
    expect(await server.rows(sql)).toEqual([[items, items, 5_000]]);
  });

  it('queries, counts and tails it', () => {
    const since = timestamp(2_499).toISOString();
    expect(
      rimp(['query', url, '--since', since, '--json']).lines.map((line) => JSON.parse(line) as object),
    ).toMatchObject([{ data: { message: 'order 2499', metadata: { i: 2_499 } } }]);
    expect(rimp(['stats', url, '--json']).stdout).toContain('2500');
    expect(rimp(['tail', url, '-n', '2', '--kind', 'event', '--json']).lines).toHaveLength(2);
    expect(rimp(['query', `${server.url}/nothing`])).toMatchObject({ status: 1 });
  });

  it('is what rimp serve stores to and rimp ship reads', async () => {
    const port = await freePort();
    const target = `${server.url}/served`;
    const served = startRimp(['serve', '--port', String(port), '--storage', target]);
    await until(() => served.said.stderr.includes(String(port)) || served.said.stdout.includes(String(port)));
    const shipped = rimp(['ship', '--storage', url, '--to', `http://127.0.0.1:${port}`, '--checkpoint', 'none']);
    expect(shipped).toMatchObject({ status: 0 });
    const stored = new ClickHouseStorage(target);
    await until(async () => (await stored.retrieve()).size === data.size);
    const ids = (events: readonly TelemetryEvent[]): string[] => events.map(({ eventId }) => eventId).toSorted();
    expect(ids((await stored.retrieve()).events)).toEqual(ids(data.events));
    await stored.close();
  });
});
