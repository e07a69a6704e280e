import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { TelemetryCollector } from 'rimp-telemetry';
import { servedReceiver } from '../helpers/served-receiver.js';

const collector = new TelemetryCollector({}, { includeResource: 'all' });
const receiver = servedReceiver(collector);

async function post(signal: string, body: string | Uint8Array, type = 'application/json'): Promise<number> {
  const response = await fetch(`${receiver.url}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': type, 'content-encoding': 'gzip' },
    body: new Uint8Array(gzipSync(body)),
  });
  await response.arrayBuffer();
  return response.status;
}

const many = (before: string, one: string, after: string, count = 3_000_000): string =>
  before + `${one},`.repeat(count - 1) + one + after;
const inRecord = (record: [string, string]): [string, string] => [
  `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{${record[0]}`,
  `${record[1]}}]}]}]}`,
];
const inMetric = (metric: [string, string]): [string, string] => [
  `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m",${metric[0]}`,
  `${metric[1]}}]}]}]}`,
];

const inSpan = (span: [string, string]): [string, string] => [
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"s",${span[0]}`,
  `${span[1]}}]}]}]}`,
];

/** A few kilobytes each, once compressed. */
const REQUESTS: Record<string, readonly [signal: string, body: () => string | Uint8Array, type?: string]> = {
  'millions of resources': ['logs', () => many('{"resourceLogs":[', '{}', ']}')],
  'millions of scopes': ['logs', () => many('{"resourceLogs":[{"scopeLogs":[', '{}', ']}]}')],
  'millions of records': ['logs', () => many('{"resourceLogs":[{"scopeLogs":[{"logRecords":[', '{}', ']}]}]}')],
  'millions of attributes': ['logs', () => many(...split(inRecord(['"attributes":[', ']'])))],
  'millions of values in a list': ['logs', () => many(...split(inRecord(['"body":{"arrayValue":{"values":[', ']}}'])))],
  'millions of quantiles': [
    'metrics',
    () => many(...split(inMetric(['"summary":{"dataPoints":[{"quantileValues":[', ']}]}']))),
  ],
  'millions of exemplars': [
    'metrics',
    () => many(...split(inMetric(['"gauge":{"dataPoints":[{"exemplars":[', ']}]}']))),
  ],
  'millions of spans': ['traces', () => many('{"resourceSpans":[{"scopeSpans":[{"spans":[', '{}', ']}]}]}')],
  'millions of events in a span': ['traces', () => many(...split(inSpan(['"events":[', ']'])))],
  'millions of links in a span': ['traces', () => many(...split(inSpan(['"links":[', ']'])))],
  'millions of attributes of an event in a span': [
    'traces',
    () => many(...split(inSpan(['"events":[{"attributes":[', ']}]']))),
  ],
  'a megabyte of resource for 2,000 spans': [
    'traces',
    () =>
      `{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"${'x'.repeat(1_000_000)}"}}]},` +
      `"scopeSpans":[{"spans":[${Array.from({ length: 2_000 }, () => '{"name":"a"}').join(',')}]}]}]}`,
  ],
  'lists in lists without end': ['logs', () => '['.repeat(8_000_000)],
  'values in values without end': [
    'logs',
    () => inRecord([`"body":${'{"kvlistValue":{"values":[{"key":"a","value":'.repeat(150_000)}`, '']).join(''),
  ],
  'an integer of a million digits among many numbers': [
    'metrics',
    () => {
      const numbers = Array.from({ length: 100_000 }, () => '12345678901234567890').join(',');
      const [before, after] = inMetric(['"histogram":{"dataPoints":[{"count":', ']}]}']);
      return `${before}${'9'.repeat(1_000_000)},"bucketCounts":[${numbers}${after}`;
    },
  ],
  'an object of a million names': [
    'logs',
    () => `{${Array.from({ length: 300_000 }, (_, i) => `"k${i}":1`).join(',')}}`,
  ],
  'a megabyte of resource for 2,000 records': [
    'logs',
    () =>
      `{"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"${'x'.repeat(1_000_000)}"}}]},` +
      `"scopeLogs":[{"logRecords":[${Array.from({ length: 2_000 }, () => '{"body":{"stringValue":"a"}}').join(',')}]}]}]}`,
  ],
  'millions of empty messages in protobuf': [
    'logs',
    () => Buffer.alloc(8_000_000, Buffer.from([0x0a, 0x00])),
    'application/x-protobuf',
  ],
};

function split([before, after]: [string, string]): [string, string, string] {
  return [before, '{}', after];
}

describe('a small request that holds', () => {
  it.each(Object.keys(REQUESTS))('%s is refused, and the next one is taken', async (name) => {
    const [signal, body, type] = REQUESTS[name] as (typeof REQUESTS)[string];
    const before = collector.health().accepted;
    expect([400, 413]).toContain(await post(signal, body(), type));
    expect(collector.health().accepted).toBe(before);
    const sound = JSON.stringify({
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'sound' } }] }] }],
    });
    expect(await post('logs', sound)).toBe(200);
  });
});
