import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AnyValue,
  createOtlpReceiver,
  FileStorage,
  MemoryStorage,
  PostgresStorage,
  SqliteStorage,
  shipTelemetry,
  TelemetryCollector,
  TelemetryData,
  TelemetryEvent,
  TelemetryMetric,
  type TelemetryStorage,
} from 'rimp-telemetry';
import { normaliseMetadata } from '../../src/codec/normalise.js';
import { validJson } from '../helpers/json-texts.js';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';
import { unlikelyTexts } from '../helpers/unlikely-texts.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-text-'));
afterAll(() => rmSync(directory, { recursive: true }));

const at = new Date(1_767_225_600_000);
/** Text that is well formed, as a collector makes it. */
const texts = unlikelyTexts.map((text) => text.toWellFormed());
const values = validJson.map((text) => JSON.parse(JSON.stringify(JSON.parse(text))) as AnyValue);

const events = [
  ...texts.map(
    (text, i) =>
      new TelemetryEvent({
        eventId: `${i} ${text.slice(0, 100)}`,
        timestamp: at,
        source: text,
        message: text,
        metadata: { [text]: text, list: [text, { [`${text}.`]: text }] },
        otel: { severityText: text, resource: { 'service.name': text, [text]: 1 } },
      }),
  ),
  ...values.map(
    (value, i) =>
      new TelemetryEvent({ eventId: `json ${i}`, timestamp: at, source: 's', message: 'm', metadata: { value } }),
  ),
];
const metrics = texts.map(
  (text, i) =>
    new TelemetryMetric({
      metricId: `${i} ${text.slice(0, 100)}`,
      timestamp: at,
      name: text,
      value: i,
      unit: text,
      tags: { [text]: text, n: i },
      otel: { description: text },
    }),
);

function keepsAnyText(name: string, make: () => TelemetryStorage): void {
  describe(name, () => {
    it('keeps any text and any JSON wherever it stands, and finds it', async () => {
      const storage = make();
      await storage.store(new TelemetryData({ events, metrics }));
      const back = await storage.retrieve();
      expect(back.events).toEqual(events);
      expect(back.metrics).toEqual(metrics);
      for (const [i, text] of texts.entries()) {
        if (text.length > 1_000) continue;
        const ids = async (query: Parameters<TelemetryStorage['retrieve']>[0]) => {
          const found = await storage.retrieve(query);
          return [...found.events.map(({ eventId }) => eventId), ...found.metrics.map(({ metricId }) => metricId)];
        };
        const id = `${i} ${text.slice(0, 100)}`;
        expect(await ids({ source: text })).toContain(id);
        expect(await ids({ name: text })).toEqual(
          texts.flatMap((other, k) => (other === text ? [`${k} ${other}`] : [])),
        );
        expect(await ids({ metadata: { [text]: text } })).toContain(id);
        expect(await ids({ tags: { [text]: text, n: i } })).toEqual([id]);
        expect(await ids({ text })).toContain(id);
      }
      await storage.clear();
      await storage.close();
    }, 60_000);
  });
}

keepsAnyText('MemoryStorage', () => new MemoryStorage());
keepsAnyText('FileStorage', () => new FileStorage(join(directory, 'a.jsonl')));
keepsAnyText('SqliteStorage', () => new SqliteStorage(join(directory, 'a.db')));

(postgresPrograms === undefined ? describe.skip : describe)('with a server', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres?.remove());
  keepsAnyText('PostgresStorage', () => new PostgresStorage(postgres.url));
});

describe.each(['http/protobuf', 'http/json'] as const)('OTLP over %s', (protocol) => {
  it('carries any text and any JSON wherever it stands', async () => {
    const storage = new MemoryStorage();
    await storage.store(new TelemetryData({ events, metrics }));
    const collector = new TelemetryCollector({}, { includeResource: 'all' });
    const receiver = await createOtlpReceiver({ collector, port: 0 });
    const result = await shipTelemetry({ storage, to: receiver.url, protocol });
    await receiver.shutdown();
    expect([result.complete, result.logs.dropped, result.points.dropped]).toEqual([true, {}, {}]);
    const back = await collector.storage.retrieve();
    const byId = new Map(back.events.map((event) => [event.eventId, event]));
    for (const event of events) {
      const { source, message, otel } = event;
      const metadata = normaliseMetadata(event.metadata).value;
      // what docs/mapping.md says of an empty source and an empty message
      const expected = { source: source || otel?.resource?.['service.name'] || 'unknown', message, metadata };
      expect(byId.get(event.eventId)).toMatchObject(expected);
      if (otel !== undefined && source !== '') expect(byId.get(event.eventId)?.otel?.resource).toEqual(otel.resource);
    }
    expect(new Set(back.metrics.map(({ tags }) => tags?.n))).toEqual(new Set(metrics.map(({ tags }) => tags?.n)));
    expect(back.metrics.length).toBe(metrics.length);
    for (const { tags, otel } of back.metrics) {
      const sent = metrics[Number(tags?.n)];
      expect([tags, otel?.description ?? '']).toEqual([sent?.tags, sent?.otel?.description]);
    }
    await collector.shutdown();
  }, 60_000);
});
