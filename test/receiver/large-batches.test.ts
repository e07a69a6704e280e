import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStorage } from 'rimp-telemetry';
import { post } from '../helpers/otlp.js';
import { encodeOtlp } from '../helpers/otlp-proto.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';

afterEach(endReceivers);

const ENCODINGS = ['JSON', 'protobuf'] as const;
type Encoding = (typeof ENCODINGS)[number];

const large = (): MemoryStorage => new MemoryStorage({ maxEvents: 200_000, maxMetrics: 200_000 });
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
const scope = { name: 'cart', version: '1.2', attributes: [{ key: 'tier', value: { stringValue: 'front' } }] };

function encoded(signal: 'Logs' | 'Metrics', encoding: Encoding, request: object): string | Uint8Array {
  return encoding === 'JSON' ? JSON.stringify(request) : encodeOtlp(signal, request);
}
const logs = (logRecords: readonly object[]): object => ({
  resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }],
});
const metrics = (all: readonly object[]): object => ({
  resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: all }] }],
});
const time = (i: number): string => `${1_764_036_731_000_000_000n + BigInt(i)}`;
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const gzip = { 'content-encoding': 'gzip' };

describe.each(ENCODINGS)('one request in %s', (encoding) => {
  it('of 31,000 ordinary records in one scope is stored whole', async () => {
    const count = 31_000;
    const { receiver, collector } = await receive({}, {}, { storage: large() });
    const records = many(count, (i) => ({
      timeUnixNano: time(i),
      severityNumber: 9,
      body: { stringValue: `order ${i} was placed` },
    }));
    const answer = await post(`${receiver.url}/v1/logs`, encoded('Logs', encoding, logs(records)), gzip);
    expect([answer.status, encoding === 'JSON' ? answer.text : answer.bytes.length]).toEqual([
      200,
      encoding === 'JSON' ? '{}' : 0,
    ]);
    expect(receiver.figures.logs).toMatchObject({ accepted: count, delivered: count });
    expect(collector.health().accepted).toBe(count);
  });

  it('of 31,000 points of one metric is stored whole', async () => {
    const { receiver } = await receive({}, {}, { storage: large() });
    const point = (i: number): object => ({ timeUnixNano: time(i), asDouble: i / 2 });
    const gauge = metrics([{ name: 'depth', gauge: { dataPoints: many(31_000, point) } }]);
    const answer = await post(`${receiver.url}/v1/metrics`, encoded('Metrics', encoding, gauge), gzip);
    expect(answer.status).toBe(200);
    expect(receiver.figures.metrics).toMatchObject({ accepted: 31_000, delivered: 31_000 });
  });

  it('takes a record with a list of 29,000 values and 400 attributes, and refuses one of 31,000 alone', async () => {
    const { receiver } = await receive({}, {}, { storage: large() });
    const record = (values: number): object => ({
      timeUnixNano: time(values),
      body: { arrayValue: { values: many(values, (i) => ({ intValue: `${i}` })) } },
      attributes: many(400, (i) => ({ key: `k${i}`, value: { doubleValue: i + 0.5 } })),
    });
    const body = encoded('Logs', encoding, logs([record(29_000), record(31_000), record(1)]));
    const answer = await post(`${receiver.url}/v1/logs`, body, gzip);
    expect(answer.status).toBe(200);
    expect(Buffer.from(answer.bytes).toString('latin1')).toContain('expected at most 30000');
    expect(receiver.figures.logs).toMatchObject({ accepted: 3, delivered: 2, dropped: { not_readable: 1 } });
  });
});
