import { expect, it } from '@jest/globals';
import { ClickHouseStorage, TelemetryData, TelemetryMetric } from 'rimp-telemetry';
import { batch, describeWithClickHouse, event } from '../helpers/clickhouse.js';

const messages = async (storage: ClickHouseStorage): Promise<string[]> =>
  (await storage.retrieve()).events.map(({ message }) => message);

describeWithClickHouse('ClickHouseStorage, by places and ids', (server, newDatabase) => {
  it('goes through rows that arrived years apart in their order, both ways, from any cursor', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    await storage.store(batch('now'));
    const hour = 3_600_000;
    const millis = [Date.UTC(2020), Date.now() - 400 * hour, Date.now() - 2 * hour, Date.now() + 9 * hour];
    const rows = millis.map((time, i) => `(fromUnixTimestamp64Milli(${time}), '${i}')`).join(', ');
    await server.rows(`INSERT INTO ${database}.otel_logs (Timestamp, Body) VALUES ${rows}`);
    // so many that they are not sorted in one query
    await server.rows(
      `INSERT INTO ${database}.otel_logs (Timestamp, Body) SELECT fromUnixTimestamp64Milli(toInt64(number)), 'old' FROM numbers(100_000)`,
    );
    const walk = async (order: 'asc' | 'desc', steps: number, from?: string) => {
      const found: string[] = [];
      let after = from;
      for (let i = 0; i < steps; i += 1) {
        const page = await storage.retrieve({ order, limit: 1, ...(after !== undefined && { after }) });
        found.push(...page.events.map(({ message }) => message));
        after = page.cursor;
      }
      return { found, cursor: after as string };
    };
    const down = await walk('desc', 7);
    expect(down.found).toEqual(['3', 'now', '2', '1', '0', 'old', 'old']);
    const up = await walk('asc', 6, down.cursor);
    expect(up.found).toEqual(['old', '0', '1', '2', 'now', '3']);
    expect((await storage.retrieve({ after: up.cursor })).isEmpty).toBe(true);
    await storage.close();
  });

  it('makes tables whose index leaves out what arrived before a cursor', async () => {
    const database = newDatabase();
    const storage = new ClickHouseStorage(`${server.url}/${database}`);
    await storage.store(
      new TelemetryData({ events: Array.from({ length: 20_000 }, (_, i) => event(`${i}`.padStart(5, '0'))) }),
    );
    const seq = "toInt64OrZero(LogAttributes['rimp.seq'])";
    const explained = await server.rows(
      `EXPLAIN indexes = 1 SELECT Body FROM ${database}.otel_logs WHERE ${seq} >= ${Date.now() + 60_000}000000 SETTINGS optimize_functions_to_subcolumns = 0, use_skip_indexes_on_data_read = 0`,
    );
    const lines = explained.map(([line]) => String(line).trim());
    expect(lines[lines.indexOf('Name: idx_rimp_seq') + 4]).toMatch(/^Granules: 0\/\d/);
    await storage.close();
  });

  it('has the server gather inserts with asyncInsert, and stores a batch once that comes again', async () => {
    const storage = new ClickHouseStorage({ url: `${server.url}/${newDatabase()}`, asyncInsert: true });
    await storage.store(batch('1', '2'));
    await storage.store(batch('1', '2'));
    await storage.store(batch('3'));
    expect(await messages(storage)).toEqual(['1', '2', '3']);
    await storage.close();
  });

  it('stores of a batch what is not there yet, at the times of its items', async () => {
    const storage = new ClickHouseStorage(`${server.url}/${newDatabase()}`);
    const quoted = event("it's \\ quoted");
    expect(await storage.storeMissing(new TelemetryData({ events: [event('1'), quoted] }))).toBe(0);
    const metrics = [new TelemetryMetric({ metricId: 'id-1', name: 'load', value: 1 })];
    const both = new TelemetryData({ events: [event('1'), quoted, event('2'), event('2')], metrics });
    expect(await storage.storeMissing(both)).toBe(3);
    expect(await messages(storage)).toEqual(['1', quoted.message, '2']);
    expect((await storage.retrieve()).metrics).toEqual(metrics);
    await storage.close();
  });
});
