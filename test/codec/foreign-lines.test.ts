import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createOtlpReceiver,
  FileStorage,
  shipTelemetry,
  TelemetryCollector,
  type TelemetryEvent,
} from 'rimp-telemetry';
import { decodeLine, decodeMap } from '../../src/codec/json-line-decode.js';
import { encodeEvent, encodeMap, encodeMetric } from '../../src/codec/json-line-encode.js';
import { decodeOwnLine } from '../../src/codec/json-line-fast.js';
import type { TelemetryItem } from '../../src/model/item.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-lines-'));
afterAll(() => rmSync(directory, { recursive: true }));

const ALWAYS = { startMillis: Number.NEGATIVE_INFINITY, endMillis: Number.POSITIVE_INFINITY };
const event = (rest: string, timestamp = '2026-01-01T00:00:00.000Z') =>
  `{"type":"event","data":{"event_id":"e","timestamp":"${timestamp}","event_type":"info","source":"s","message":"m","metadata":${rest}}`;
const metric = (tags: string, otel: string, value = '1') =>
  `{"type":"metric","data":{"metric_id":"m","timestamp":"2026-01-01T00:00:00.000Z","name":"n","value":${value},"unit":null,"tags":${tags}},"otel":${otel}}`;
const encode = (item: TelemetryItem): string =>
  'eventId' in item ? encodeEvent(item) : encodeMetric(item as Parameters<typeof encodeMetric>[0]);

/** Reads a line in both ways, which agree, and again after it was written. */
function read(line: string) {
  const item = decodeLine(line);
  expect(decodeOwnLine(line, ALWAYS) ?? item).toEqual(item);
  expect(decodeLine(encode(item))).toEqual(item);
  return item;
}

describe('metadata of a line', () => {
  it.each(['1e400', '-1e400', '1E400', '1e999', '-1e9999', '1e0000400', `1${'0'.repeat(400)}`])(
    'holds %s as text, at any level',
    (number) => {
      const item = read(`${event(`{"a":${number},"b":[{"c":${number}}]}`)}}`) as TelemetryEvent;
      expect(JSON.stringify(item.metadata)).not.toContain('null');
      expect(typeof item.metadata?.a).toBe('string');
    },
  );

  it('stays a map if its only key is bytesValue, and holds bytes below', () => {
    for (const map of ['{"bytesValue":"aGk="}', '{"bytesValue":"no base64"}', '{"bytesValue":{"bytesValue":"aGk="}}']) {
      const item = read(`${event(map)}}`) as TelemetryEvent;
      expect(Object.keys(item.metadata ?? {})).toEqual(['bytesValue']);
    }
    expect(read(`${event('{"a":{"bytesValue":"aGk="}}')}}`)).toMatchObject({
      metadata: { a: new Uint8Array([104, 105]) },
    });
    expect(
      read(`${event('null')},"otel":{"resource":{"bytesValue":"aGk="},"body":{"bytesValue":"aGk="}}}`).otel,
    ).toEqual({
      resource: { bytesValue: 'aGk=' },
      body: new Uint8Array([104, 105]),
    });
    expect(read(metric('{"bytesValue":"aGk="}', '{}'))).toMatchObject({ tags: { bytesValue: 'aGk=' } });
    expect(read(metric('{"t":{"bytesValue":"aGk="}}', '{}'))).toMatchObject({ tags: { t: 'aGk=' } });
    expect(decodeMap('{"bytesValue":"aGk="}')).toEqual({ bytesValue: 'aGk=' });
  });

  it.each([16, 17, 100, 500, 20_000])('of %i levels is read, and no walk through it overflows', (levels) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"k":', '}'],
    ] as const) {
      const deep = `${open.repeat(levels)}1${close.repeat(levels)}`;
      for (const line of [
        `${event(`{"d":${deep}}`)}}`,
        `${event('null')},"otel":{"body":${deep},"x":${deep},"resource":{"r":${deep}}}}`,
        metric(`{"t":${deep}}`, '{}'),
        `${event(`{"d":${deep}}`)},"otel":{"traceId":${deep}}}`,
      ]) {
        const item = read(line);
        // nothing of it is lost: what is too deep is there as text
        expect(JSON.stringify(item).replace(/\D/g, '')).toContain('1');
        expect(() => encodeMap({ item: item as never })).not.toThrow();
      }
    }
  });
});

describe('the otel part of a line', () => {
  const wrong: readonly (readonly [field: string, value: unknown])[] = [
    ['traceId', 5],
    ['traceId', 'xyz'],
    ['traceId', ['0af7651916cd43dd8448eb211c80319c']],
    ['spanId', {}],
    ['traceFlags', '1'],
    ['traceFlags', 1.5],
    ['severityNumber', '9'],
    ['severityText', 3],
    ['eventName', true],
    ['scopeName', []],
    ['scopeVersion', 1],
    ['scopeAttributes', 'x'],
    ['resource', []],
    ['resource', 7],
    ['droppedAttributesCount', -1],
    ['timeUnixNano', 'now'],
    ['timeUnixNano', '1'],
    ['timeUnixNano', '9'.repeat(30)],
    ['observedTimeUnixNano', 5],
    ['observedTimeUnixNano', '18446744073709551616'],
    ['observedTimeUnixNano', '-1'],
    ['invalid', 1],
  ];

  it.each(wrong)('keeps %s = %j of an event apart', (field, value) => {
    const item = read(`${event('null')},"otel":${JSON.stringify({ [field]: value, eventName: 'e', [field]: value })}}`);
    expect(item.otel).toMatchObject({ invalid: { [field]: value } });
    expect(item.otel).not.toHaveProperty([field], value);
  });

  it.each([
    { kind: 'summary' },
    { kind: 1 },
    { temporality: 'both' },
    { monotonic: 1 },
    { startTimeUnixNano: 1 },
    { instrument: {} },
    { unit: 1 },
    { description: [] },
    { kind: 'histogram' },
    { kind: 'histogram', histogram: {} },
    { kind: 'histogram', histogram: { count: '1' } },
    { kind: 'histogram', histogram: { count: 1, sum: null } },
    { kind: 'histogram', histogram: { count: 1, buckets: { boundaries: [1], counts: [1] } } },
    { kind: 'histogram', histogram: { count: 1, buckets: { boundaries: [null], counts: [1, 2] } } },
    { kind: 'exponential_histogram', histogram: { count: 1 } },
    { kind: 'exponential_histogram', histogram: { count: 1, scale: 1, zeroCount: 0, positive: {}, negative: {} } },
    { kind: 'gauge', histogram: { count: 1 } },
  ])('keeps %j of a metric apart', (otel) => {
    const item = read(metric('{"a":1}', JSON.stringify({ ...otel, scopeName: 'kept' })));
    expect(item.otel).toEqual({ scopeName: 'kept', invalid: otel });
  });

  it('is nothing, or kept apart, if it is no map; null in it stands for absent', () => {
    expect(read(`${event('null')},"otel":null}`).otel).toBeUndefined();
    expect(read(`${event('null')},"otel":{}}`).otel).toBeUndefined();
    expect(read(`${event('null')},"otel":{"traceId":null,"resource":null}}`).otel).toBeUndefined();
    expect(read(`${event('null')},"otel":[1]}`).otel).toEqual({ invalid: { otel: [1] } });
    expect(read(`${event('null')},"otel":5}`).otel).toEqual({ invalid: { otel: 5 } });
  });

  it('may hold a finer time than the timestamp, but no other', () => {
    const line = (nanos: string) => `${event('null')},"otel":{"timeUnixNano":"${nanos}"}}`;
    expect(read(line('1767225600000123456')).otel).toEqual({ timeUnixNano: '1767225600000123456' });
    expect(read(line('1767225600001000000')).otel).toEqual({ invalid: { timeUnixNano: '1767225600001000000' } });
  });

  it('is read, searched, copied and sent, whatever JSON it is', async () => {
    const lines: string[] = [];
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            ...wrong.map(([field]) => field),
            'kind',
            'histogram',
            'temporality',
            'instrument',
            'body',
            '__proto__',
          ),
          fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom('gauge', 'histogram', 'sum', 'delta', 'cumulative')),
        ),
        fc.jsonValue(),
        (otel, value) => {
          const text = JSON.stringify(otel);
          lines.push(`${event(JSON.stringify({ value }))},"otel":${text}}`, metric(JSON.stringify({ value }), text));
          for (const line of lines.slice(-2)) read(line);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
    const path = join(directory, 'any.jsonl');
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    const storage = new FileStorage(path);
    expect((await storage.retrieve()).size).toBe(lines.length);
    expect(storage.unreadableLines.count).toBe(0);
    for (const query of [{ traceId: '0af7651916cd43dd8448eb211c80319c' }, { minSeverity: 9 }, { metadata: { a: 1 } }])
      await storage.retrieve(query);
    for (const protocol of ['http/protobuf', 'http/json'] as const) {
      const collector = new TelemetryCollector();
      const receiver = await createOtlpReceiver({ collector, port: 0 });
      const { logs, points } = await shipTelemetry({ storage, to: receiver.url, protocol });
      expect([logs.dropped, points.dropped]).toEqual([{}, {}]);
      expect(logs.delivered).toBe(300);
      await receiver.shutdown();
      await collector.shutdown();
    }
    await storage.close();
  });
});

describe('a line that this library did not write', () => {
  it.each([
    ['a raw tab in the message', `${event('null').replace('"m"', '"a\tb"')}}`],
    ['a number with a leading zero', metric('null', '{}', '01')],
    ['something behind the end', `${event('null')},"otel":{"a":1}]`],
    ['something else behind the end', `${event('null')},"otel":{"a":1}}x`],
  ])('with %s is refused by both readers', (_what, line) => {
    expect(() => decodeLine(line)).toThrow(/expected JSON/);
    expect(decodeOwnLine(line, ALWAYS)).toBeUndefined();
  });
});
