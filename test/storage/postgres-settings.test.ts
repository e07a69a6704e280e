import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresStorage, TelemetryData, TelemetryMetric } from 'rimp-telemetry';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';

const withPostgres = postgresPrograms === undefined ? describe.skip : describe;

withPostgres('PostgresStorage', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.remove());

  it.each([-15, 0, 3])('gives numbers as they were stored if extra_float_digits is %i', async (digits) => {
    const url = new URL(server.url);
    url.searchParams.set('options', `-c extra_float_digits=${digits}`);
    const storage = new PostgresStorage({ url: url.href, tablePrefix: `digits${digits + 15}_` });
    const values = [0.1 + 0.2, Math.PI, 5e-324, Number.MAX_VALUE, 2 ** 53 - 1, Number.NaN, Number.NEGATIVE_INFINITY];
    await storage.store(
      new TelemetryData({ metrics: values.map((value) => new TelemetryMetric({ name: 'm', value })) }),
    );
    expect((await storage.retrieve()).metrics.map(({ value }) => value)).toEqual(values);
    await storage.close();
  });
});
