import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, spanDurationMillis, type TelemetryStorage } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';
import { post } from '../helpers/otlp.js';
import { encodeOtlp, jsonOtlp } from '../helpers/otlp-proto.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-spans-'));
afterEach(endReceivers);
afterAll(() => rmSync(directory, { recursive: true }));

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHER_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const [SPAN, PARENT] = ['b7ad6b7169203331', '00f067aa0ba902b7'];
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const attribute = (key: string, value: object): object => ({ key, value });

/** A span with all that OTLP has for one. */
const WHOLE = {
  traceId: bytes(TRACE),
  spanId: bytes(SPAN),
  traceState: 'vendor=1',
  parentSpanId: bytes(PARENT),
  name: 'GET /cart',
  kind: 2,
  startTimeUnixNano: '1767225600000000123',
  endTimeUnixNano: '1767225600012500123',
  attributes: [
    attribute('http.request.method', { stringValue: 'GET' }),
    attribute('http.response.status_code', { intValue: '503' }),
  ],
  droppedAttributesCount: 1,
  events: [
    {
      timeUnixNano: '1767225600001000000',
      name: 'exception',
      attributes: [attribute('exception.message', { stringValue: 'no stock' })],
      droppedAttributesCount: 2,
    },
    { timeUnixNano: '1767225600002000000', name: 'retry' },
  ],
  droppedEventsCount: 3,
  links: [
    {
      traceId: bytes(OTHER_TRACE),
      spanId: bytes(PARENT),
      traceState: 'a=b',
      attributes: [attribute('why', { stringValue: 'batch' })],
      droppedAttributesCount: 4,
      flags: 0x301,
    },
    { traceId: bytes('00'.repeat(16)), spanId: bytes('12') },
  ],
  droppedLinksCount: 5,
  status: { code: 2, message: 'unavailable' },
  flags: 0x301,
};

/** A request of spans of one scope and service. */
function traces(...spans: object[]): object {
  const resource = { attributes: [attribute('service.name', { stringValue: 'shop' })] };
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'cart', version: '1.2' }, spans }] }],
  };
}

const encodings = [
  ['JSON', jsonOtlp],
  ['protobuf', (message: object) => encodeOtlp('Traces', message)],
] as const;

describe('spans that are received', () => {
  it.each(encodings)('are kept with all that they have, in %s', async (_name, encode) => {
    const { receiver, collector } = await receive();
    const answer = await post(`${receiver.url}/v1/traces`, encode(traces(WHOLE)));
    expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^(?:\{\})?$/)]);
    const { events } = await collector.storage.retrieve();
    expect(events).toEqual([
      expect.objectContaining({
        timestamp: new Date(1_767_225_600_000),
        eventType: 'error',
        source: 'cart',
        message: 'GET /cart',
        metadata: { 'http.request.method': 'GET', 'http.response.status_code': 503 },
        otel: {
          traceId: TRACE,
          spanId: SPAN,
          traceFlags: 1,
          scopeVersion: '1.2',
          resource: { 'service.name': 'shop' },
          droppedAttributesCount: 1,
          timeUnixNano: '1767225600000000123',
          span: {
            kind: 'server',
            parentSpanId: PARENT,
            parentIsRemote: true,
            endTimeUnixNano: '1767225600012500123',
            status: { code: 'error', message: 'unavailable' },
            traceState: 'vendor=1',
            events: [
              {
                name: 'exception',
                timeUnixNano: '1767225600001000000',
                attributes: { 'exception.message': 'no stock' },
                droppedAttributesCount: 2,
              },
              { name: 'retry', timeUnixNano: '1767225600002000000' },
            ],
            links: [
              {
                traceId: OTHER_TRACE,
                spanId: PARENT,
                traceState: 'a=b',
                flags: 0x201,
                attributes: { why: 'batch' },
                droppedAttributesCount: 4,
              },
              { traceId: '', spanId: '' },
            ],
            droppedEventsCount: 3,
            droppedLinksCount: 5,
          },
        },
      }),
    ]);
    expect(events[0] && spanDurationMillis(events[0])).toBe(12.5);
    expect(receiver.figures.traces).toEqual({ accepted: 1, delivered: 1, queued: 0, dropped: {} });
    expectBalance(collector);
  });

  it('have the service as their source if an instrumentation made them', async () => {
    const { receiver, collector } = await receive();
    const request = jsonOtlp(traces({ ...WHOLE, attributes: [attribute('name', { stringValue: 'x' })] }));
    await post(`${receiver.url}/v1/traces`, request.replace('"cart"', '"@opentelemetry/instrumentation-http"'));
    const [event] = (await collector.storage.retrieve()).events;
    expect(event).toMatchObject({
      source: 'shop',
      metadata: { name: 'x' },
      otel: { scopeName: '@opentelemetry/instrumentation-http' },
    });
  });

  it.each(encodings)('are rejected one by one, in %s', async (_name, encode) => {
    const { receiver, collector } = await receive();
    const attributes = Array.from({ length: 20_000 }, () => attribute('a', { boolValue: true }));
    const request = traces(
      { ...WHOLE, name: 'first' },
      { ...WHOLE, name: 'bad', events: [{ name: 'e', attributes }] },
      { ...WHOLE, name: 'last' },
    );
    const { status, bytes: body } = await post(`${receiver.url}/v1/traces`, encode(request));
    const answer = Buffer.from(body).toString('latin1');
    expect([status, answer]).toEqual([
      200,
      expect.stringContaining('expected at most 30000 attributes, values and numbers'),
    ]);
    if (encode === jsonOtlp) expect(answer).toContain('"rejectedSpans":"1"');
    const { events } = await collector.storage.retrieve();
    expect(events.map(({ message }) => message)).toEqual(['first', 'last']);
    expect(receiver.figures.traces).toEqual({ accepted: 3, delivered: 2, queued: 0, dropped: { not_readable: 1 } });
  });

  it('are refused as a whole if none can be read', async () => {
    const { receiver } = await receive();
    const { status } = await post(`${receiver.url}/v1/traces`, traces({ name: 5 }));
    expect(status).toBe(400);
    expect(receiver.figures.traces).toEqual({ accepted: 1, delivered: 0, queued: 0, dropped: { not_readable: 1 } });
  });

  it('have the same id in both encodings and at each resend, and another one each', async () => {
    const { receiver, collector } = await receive();
    const spans = [
      WHOLE,
      { ...WHOLE, kind: 3 },
      { ...WHOLE, spanId: bytes(PARENT) },
      { ...WHOLE, endTimeUnixNano: '1767225600012500124' },
      { name: 'no ids', startTimeUnixNano: '1767225600000000000' },
      { name: 'no ids', startTimeUnixNano: '1767225600000000000' },
    ];
    const request = traces(...spans);
    for (const body of [jsonOtlp(request), encodeOtlp('Traces', request), jsonOtlp(request)])
      expect((await post(`${receiver.url}/v1/traces`, body)).status).toBe(200);
    const ids = (await collector.storage.retrieve()).events.map(({ eventId }) => eventId);
    const [json, protobuf, again] = [ids.slice(0, 6), ids.slice(6, 12), ids.slice(12)];
    expect(new Set(json).size).toBe(6);
    expect(protobuf.slice(0, 4)).toEqual(json.slice(0, 4));
    expect(again).toEqual(json);
  });

  it.each([
    ['a file', () => new FileStorage(join(directory, 'a.jsonl'))],
    ['SQLite', () => new SqliteStorage(join(directory, 'a.db'))],
  ])('are found by their trace in %s', async (_name, open: () => TelemetryStorage) => {
    const storage = open();
    const { receiver, collector } = await receive({}, {}, { storage });
    const other = { ...WHOLE, traceId: bytes(OTHER_TRACE), name: 'other' };
    await post(`${receiver.url}/v1/traces`, jsonOtlp(traces(WHOLE, other)));
    const { events } = await collector.storage.retrieve({ traceId: OTHER_TRACE });
    expect(events.map(({ message }) => message)).toEqual(['other']);
    expect(events[0]?.otel?.span).toMatchObject({ kind: 'server', events: [{ name: 'exception' }, { name: 'retry' }] });
  });

  it('are lines with the six fields of the original', async () => {
    const path = join(directory, 'six.jsonl');
    const { receiver, collector } = await receive({}, { storageBackend: 'file', storagePath: path });
    await post(`${receiver.url}/v1/traces`, jsonOtlp(traces(WHOLE)));
    await collector.shutdown();
    const { data } = JSON.parse(readFileSync(path, 'utf8')) as { data: object };
    expect(Object.keys(data)).toEqual(['event_id', 'timestamp', 'event_type', 'source', 'message', 'metadata']);
  });

  it('take part in what is kept if their end or their start is unknown', async () => {
    const { receiver, collector } = await receive();
    const { startTimeUnixNano, endTimeUnixNano } = WHOLE;
    const [open, late] = [
      { name: 'open', startTimeUnixNano },
      { name: 'late', endTimeUnixNano },
    ];
    await post(`${receiver.url}/v1/traces`, traces(open, late));
    const { events } = await collector.storage.retrieve();
    expect(events.map(({ timestamp, otel }) => [timestamp.getTime(), otel?.span?.endTimeUnixNano])).toEqual([
      [1_767_225_600_000, '0'],
      [1_767_225_600_012, endTimeUnixNano],
    ]);
    expect(events.map(spanDurationMillis)).toEqual([0, 0]);
  });
});
