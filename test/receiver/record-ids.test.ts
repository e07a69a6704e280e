import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createOtlpReceiver, MemoryStorage, type OtlpReceiver, TelemetryCollector } from 'rimp-telemetry';
import { logsRequest, post } from '../helpers/otlp.js';

const storage = new MemoryStorage();
const collector = new TelemetryCollector({}, { storage });
let receiver: OtlpReceiver;
beforeAll(async () => {
  receiver = await createOtlpReceiver({ collector, port: 0 });
});
afterAll(async () => {
  await receiver.shutdown();
  await collector.shutdown();
});

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

it('keeps a uid, and gives a record without a time a new id', async () => {
  const uid = { ...at('a'), attributes: [{ key: 'log.record.uid', value: { stringValue: 'mine' } }] };
  expect(await idsOf(logsRequest(uid))).toEqual(['mine']);
  const timeless = logsRequest({ body: { stringValue: 'heartbeat' } });
  expect(await idsOf(timeless)).not.toEqual(await idsOf(timeless));
});
