import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  FileStorage,
  MemoryStorage,
  SqliteStorage,
  shipTelemetry,
  TelemetryCollector,
  TelemetryData,
  TelemetryEvent,
  type TelemetryStorage,
} from 'rimp-telemetry';
import { eventOfRecord } from '../../src/otel/transform/log-record-transform.js';
import { eventOfSpan } from '../../src/otel/transform/span-transform.js';
import { otlpOfEvents } from '../../src/otlp/encode/events.js';
import { EVENT_FIELDS } from '../../src/testing/event-fields.js';
import { lowest } from '../helpers/generations.js';
import { servedReceiver } from '../helpers/served-receiver.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-fields-'));
const collector = new TelemetryCollector({}, { includeResource: 'all' });
const receiver = servedReceiver(collector);
afterAll(() => rmSync(directory, { recursive: true }));

const timestamp = new Date(Date.UTC(2026, 0, 1));
const data = (event: TelemetryEvent): TelemetryData => new TelemetryData({ events: [event] });

async function stored(storage: TelemetryStorage, event: TelemetryEvent): Promise<TelemetryEvent | undefined> {
  await storage.store(data(event));
  const { events } = await storage.retrieve();
  await storage.close();
  return events[0];
}

describe.each(Object.entries(EVENT_FIELDS))('the field %s of an event', (name, { example, inOtlp }) => {
  const otel = example(timestamp);
  const event = new TelemetryEvent({ source: 'shop', message: 'm', timestamp, otel });

  it('is stored in a file and in a database, and read as it was', async () => {
    const file = await stored(new FileStorage(join(directory, `${name}.jsonl`)), event);
    const database = await stored(new SqliteStorage(join(directory, `${name}.db`)), event);
    expect([file?.otel, database?.otel]).toEqual([otel, otel]);
  });

  (inOtlp ? it : it.skip)('goes into a log record or a span, and comes out of it', () => {
    const { records, spans } = otlpOfEvents([event]);
    const back = [
      ...records.map((record) => eventOfRecord(record, otel.resource, timestamp.getTime())),
      ...spans.map((span) => eventOfSpan(span, otel.resource, timestamp.getTime())),
    ];
    expect(back.map((one) => one.otel)).toEqual([expect.objectContaining(otel)]);
  });

  // those of the lowest versions send no flags of spans
  const isPart = lowest && name === 'span';
  // the exporters of the lowest versions send no attributes of scopes
  const isSent = inOtlp && !(lowest && name === 'scopeAttributes');
  (isPart ? it.skip : it).each(['http/protobuf', 'http/json'] as const)(
    `${isSent ? 'arrives' : 'is left out, and nothing else is lost,'} over %s`,
    async (protocol) => {
      await collector.storage.clear();
      const storage = new MemoryStorage();
      await storage.store(data(event));
      const { complete } = await shipTelemetry({ storage, to: receiver.url, protocol });
      const [arrived] = (await collector.storage.retrieve()).events;
      expect([complete, arrived?.eventId]).toEqual([true, event.eventId]);
      if (isSent) expect(arrived?.otel).toMatchObject(otel);
      else expect(arrived?.otel ?? {}).not.toHaveProperty(name);
    },
  );
});
