import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createOtlpReceiver, MemoryStorage, SqliteStorage, TelemetryCollector } from 'rimp-telemetry';
import { logsRequest, post } from '../helpers/otlp.js';
import { servedReceiver } from '../helpers/served-receiver.js';

const folder = mkdtempSync(join(tmpdir(), 'rimp-ids-'));
const storage = new MemoryStorage();
const collector = new TelemetryCollector({}, { storage });
const receiver = servedReceiver(collector);
afterAll(() => rmSync(folder, { recursive: true }));

async function idsOf(body: object | Uint8Array): Promise<string[]> {
  await storage.clear();
  expect((await post(`${receiver.url}/v1/logs`, body)).status).toBe(200);
  return (await storage.retrieve()).events.map(({ eventId }) => eventId);
}

const at = (message: string, timeUnixNano = '1764036780000000001'): object => ({
  timeUnixNano,
  body: { stringValue: message },
});

it('gives records without a uid ids that they get again when they are sent again', async () => {
  const request = logsRequest(at('a'), at('b'), at('a'), at('a', '1764036780000000002'));
  const ids = await idsOf(request);
  // equal records of one request are two, not one
  expect(new Set(ids).size).toBe(4);
  expect(await idsOf(request)).toEqual(ids);
  // the time first, so that a database has them in order
  const millis = (1_764_036_780_000).toString(16).padStart(12, '0');
  for (const id of ids)
    expect(id.replace('-', '')).toMatch(new RegExp(`^${millis}-8[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}$`));
  const protobuf = Buffer.from([0x0a, 13, 0x12, 11, 0x12, 9, 0x09, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await idsOf(protobuf)).toEqual(await idsOf(protobuf));
});

it('distinguishes records of other resources and scopes', async () => {
  const of = (service: string, scope: string): object => ({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeLogs: [{ scope: { name: scope }, logRecords: [at('a')] }],
      },
    ],
  });
  const ids = [...(await idsOf(of('x', 's'))), ...(await idsOf(of('y', 's'))), ...(await idsOf(of('x', 't')))];
  expect(new Set(ids).size).toBe(3);
});

it('gives such an id also to a record with an empty uid, with more attributes than are kept, or in the first second of all', async () => {
  const attributes = Array.from({ length: 2_000 }, (_, i) => ({ key: `k${i}`, value: { intValue: i } }));
  const request = logsRequest(
    { ...at('empty'), attributes: [{ key: 'log.record.uid', value: { stringValue: '' } }] },
    { ...at('many'), attributes },
    { ...at('mine'), attributes: [...attributes, { key: 'log.record.uid', value: { stringValue: 'my id' } }] },
    at('early', '1'),
  );
  const ids = await idsOf(request);
  const { events } = await storage.retrieve();
  expect(await idsOf(request)).toEqual(ids);
  expect(ids[2]).toBe('my id');
  // the id is none of the attributes that were lost
  const [many, mine] = events.slice(1, 3).map(({ otel, metadata }) => [otel?.droppedAttributesCount, metadata]);
  expect(many).toEqual(mine);
  expect(many?.[0]).toBe(2_000 - Object.keys(many?.[1] as object).length);
});

it('gives such an id to records whose uid was redacted: it is the same in all of them', async () => {
  const redacted = (message: string, mask: string): object => ({
    ...at(message),
    attributes: [{ key: 'log.record.uid', value: { stringValue: mask } }],
  });
  const request = logsRequest(
    redacted('a', '[REDACTED]'),
    redacted('b', '[REDACTED]'),
    redacted('c', '***'),
    redacted('d', '***'),
    redacted('e', 'redacted'),
    redacted('f', '<masked>'),
  );
  const ids = await idsOf(request);
  expect(new Set(ids).size).toBe(6);
  expect(ids.join()).not.toMatch(/redacted|masked|\*/i);
  expect(await idsOf(request)).toEqual(ids);
});

it('keeps a uid, and gives a record without a time a new id', async () => {
  const uid = { ...at('a'), attributes: [{ key: 'log.record.uid', value: { stringValue: 'mine' } }] };
  expect(await idsOf(logsRequest(uid))).toEqual(['mine']);
  const timeless = logsRequest({ body: { stringValue: 'heartbeat' } });
  expect(await idsOf(timeless)).not.toEqual(await idsOf(timeless));
});

describe('points of metrics', () => {
  const time = { timeUnixNano: '1764036780000000001' };
  const gauge = (...dataPoints: object[]): object => ({ name: 'g', gauge: { dataPoints } });
  const kinds: readonly object[] = [
    gauge({ ...time, asDouble: 1 }, { ...time, asDouble: 2 }, { ...time, asDouble: 1 }),
    { name: 's', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...time, asInt: '1' }] } },
    {
      name: 'h',
      histogram: {
        aggregationTemporality: 1,
        dataPoints: [{ ...time, count: '2', sum: 3, min: 1, max: 2, explicitBounds: [1], bucketCounts: ['1', '1'] }],
      },
    },
    {
      name: 'q',
      summary: {
        dataPoints: [
          { ...time, count: '2', sum: 3, quantileValues: [0, 1].map((quantile) => ({ quantile, value: 1 })) },
        ],
      },
    },
  ];
  const requestOf = (metrics: readonly object[], service = 'x'): object => ({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeMetrics: [{ scope: { name: 'lib' }, metrics }],
      },
    ],
  });
  const sent = async (body: object): Promise<string[]> => {
    await storage.clear();
    expect((await post(`${receiver.url}/v1/metrics`, body)).status).toBe(200);
    return (await storage.retrieve()).metrics.map(({ metricId }) => metricId);
  };

  it('have ids that they get again when they are sent again, and each of what they become has its own', async () => {
    const ids = await sent(requestOf(kinds));
    expect(ids).toHaveLength(3 + 1 + 4 + 4);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await sent(requestOf(kinds))).toEqual(ids);
    // what else is in the request makes no difference
    expect(await sent(requestOf(kinds.slice(1)))).toEqual(ids.slice(3));
  });

  it('differ by all that says which series they are of', async () => {
    const of = { ...time, asDouble: 1 };
    const all = [
      await sent(requestOf([gauge(of)])),
      await sent(requestOf([gauge(of)], 'y')),
      await sent(requestOf([{ ...gauge(of), name: 'other' }])),
      await sent(requestOf([{ ...gauge(of), unit: 'By' }])),
      await sent(requestOf([{ name: 'g', sum: { aggregationTemporality: 1, dataPoints: [of] } }])),
      await sent(requestOf([{ name: 'g', sum: { aggregationTemporality: 2, dataPoints: [of] } }])),
      await sent(requestOf([gauge({ ...of, attributes: [{ key: 'a', value: { stringValue: 'b' } }] })])),
      await sent(requestOf([gauge({ ...of, timeUnixNano: '1764036780000000002' })])),
    ].flat();
    expect(new Set(all).size).toBe(8);
  });

  it('have a new id each time if they have no time', async () => {
    const timeless = requestOf([gauge({ asDouble: 1 })]);
    expect(await sent(timeless)).not.toEqual(await sent(timeless));
  });

  it('are stored once in a database, however often they are sent in protobuf', async () => {
    const sqlite = new SqliteStorage(join(folder, 'points.db'));
    const other = new TelemetryCollector({}, { storage: sqlite });
    const into = await createOtlpReceiver({ collector: other, port: 0 });
    try {
      // one gauge "g" with one point at a time of 8 bytes, of the value 1
      const point = [0x19, 1, 2, 3, 4, 5, 6, 7, 0, 0x21, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
      const levels = [[0x0a], [0x12], [0x12], [0x0a, 1, 0x67, 0x2a], [0x0a]];
      const body = levels.reduceRight<number[]>((inner, tag) => [...tag, inner.length, ...inner], point);
      for (let i = 0; i < 3; i += 1) expect((await post(`${into.url}/v1/metrics`, Buffer.from(body))).status).toBe(200);
      expect((await sqlite.retrieve()).metrics).toHaveLength(1);
      expect(sqlite.duplicates).toBe(2);
    } finally {
      await into.shutdown();
      await other.shutdown();
    }
  });
});
