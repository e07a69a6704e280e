import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ClickHouseStorage, openStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';

const batch = (...messages: string[]): TelemetryData =>
  new TelemetryData({ events: messages.map((message) => new TelemetryEvent({ source: 's', message })) });

describe('ClickHouseStorage, by what it sends', () => {
  /** Answers each statement as a server would, and keeps them. */
  const serverOf = async (answer: (statement: string) => string | { readonly code: number; readonly text: string }) => {
    const statements: string[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const inUrl = new URL(request.url ?? '', 'http://localhost').searchParams.get('query');
        const statement = inUrl ?? Buffer.concat(chunks).toString();
        statements.push(statement);
        const answered = answer(statement);
        if (typeof answered === 'string') {
          response.end(answered);
          return;
        }
        response.writeHead(500, { 'x-clickhouse-exception-code': answered.code });
        response.end(`Code: ${answered.code}. DB::Exception: ${answered.text}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `clickhouse://127.0.0.1:${(server.address() as AddressInfo).port}/telemetry`;
    const stop = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
    return { url, statements, stop };
  };

  it('makes replicated tables on a cluster with a distributed one in front of each', async () => {
    const { url, statements, stop } = await serverOf(() => '');
    const storage = new ClickHouseStorage({ url, cluster: 'fleet', connection: { compression: {} } });
    await storage.store(batch('1'));
    const starts = (text: string): string[] => statements.filter((statement) => statement.startsWith(text));
    expect(starts('CREATE DATABASE')[0]).toMatch(/^CREATE DATABASE IF NOT EXISTS "telemetry" ON CLUSTER "fleet"/);
    const [local, front] = starts('CREATE TABLE');
    expect(local).toMatch(
      /^CREATE TABLE IF NOT EXISTS "telemetry"\."otel_logs_local" ON CLUSTER "fleet" .* ENGINE = ReplicatedMergeTree PARTITION BY/,
    );
    expect(front).toMatch(
      /^CREATE TABLE IF NOT EXISTS "telemetry"\."otel_logs" ON CLUSTER "fleet" AS "telemetry"\."otel_logs_local" ENGINE = Distributed\("fleet", "telemetry", "otel_logs_local", rand\(\)\)/,
    );
    const lookup = '"telemetry"."otel_traces_trace_id_ts';
    expect(
      starts('CREATE TABLE')
        .filter((statement) => statement.includes(lookup))
        .slice(0, 2),
    ).toEqual([
      expect.stringMatching(
        /trace_id_ts_local" ON CLUSTER "fleet" .* ENGINE = ReplicatedAggregatingMergeTree PARTITION BY/,
      ),
      expect.stringMatching(/trace_id_ts" ON CLUSTER "fleet" AS .* ENGINE = Distributed\("fleet", /),
    ]);
    // each server fills its own table from its own spans
    expect(starts('CREATE MATERIALIZED VIEW').slice(0, 1)).toEqual([
      expect.stringMatching(
        /^CREATE MATERIALIZED VIEW IF NOT EXISTS "telemetry"\."otel_traces_trace_id_ts_mv_local" ON CLUSTER "fleet" TO "telemetry"\."otel_traces_trace_id_ts_local" AS SELECT .* FROM "telemetry"\."otel_traces_local" /,
      ),
    ]);
    expect(starts('INSERT')[0]).toMatch(
      /^INSERT INTO "telemetry"\."otel_logs" \(Timestamp, .*\) SETTINGS insert_deduplication_token = '[0-9a-f]{64}', .*insert_distributed_sync = 1 FORMAT/,
    );
    await storage.close();
    await stop();
  });

  it.each([
    [
      252,
      'Too many parts (300). Merges are processing significantly slower than inserts. (TOO_MANY_PARTS)',
      false,
      undefined,
    ],
    [241, 'Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)', false, undefined],
    [516, 'default: Authentication failed. (AUTHENTICATION_FAILED)', false, 'storage'],
  ])('takes error %i for what it is', async (code, text, permanent, concerns) => {
    const { url, stop } = await serverOf((statement) => (statement.startsWith('INSERT') ? { code, text } : ''));
    const storage = new ClickHouseStorage({ url, asyncInsert: true });
    const error = (await storage.store(batch('1', '2')).catch((thrown: unknown) => thrown)) as object;
    expect(error).toMatchObject({ code: 'RIMP_STORAGE', permanent });
    expect((error as { concerns?: string }).concerns).toBe(concerns);
    await storage.close();
    await stop();
  });

  it('refuses what is no URL of it, and options of others', () => {
    expect(() => new ClickHouseStorage('postgres://localhost/x')).toThrow(
      /expected "url" to be a URL that begins with clickhouse/,
    );
    expect(() =>
      openStorage(
        { storageBackend: 'clickhouse', storagePath: 'clickhouse://localhost' },
        { rotation: { maxBytes: 5 } },
      ),
    ).toThrow(/unknown option "rotation"/);
    expect(() => openStorage({ storageBackend: 'clickhouse', storagePath: 'telemetry.db' })).toThrow(/clickhouse:\/\//);
  });
});
