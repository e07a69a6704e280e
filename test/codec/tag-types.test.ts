import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryMetric } from 'rimp-telemetry';
import { decodeLine } from '../../src/codec/json-line-decode.js';
import { encodeMetric } from '../../src/codec/json-line-encode.js';
import { decodeOwnLine } from '../../src/codec/json-line-fast.js';

const ALWAYS = { startMillis: Number.NEGATIVE_INFINITY, endMillis: Number.POSITIVE_INFINITY };
const line = (tags: string, otel = '{}') =>
  `{"type":"metric","data":{"metric_id":"m","timestamp":"2026-01-01T00:00:00.000Z","name":"n","value":1,"unit":null,"tags":${tags}},"otel":${otel}}`;

describe('tags in a line', () => {
  it('are text, and come back with their types', () => {
    const tag = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constantFrom('1', 'true', 'NaN', ''));
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tag), (tags) => {
        const metric = new TelemetryMetric({ metricId: 'm', timestamp: new Date(0), name: 'n', value: 1, tags });
        const text = encodeMetric(metric);
        const { data } = JSON.parse(text) as { data: { tags: Record<string, unknown> } };
        expect(Object.values(data.tags).every((value) => typeof value === 'string')).toBe(true);
        expect(decodeLine(text)).toEqual(metric);
        expect(decodeOwnLine(text, ALWAYS) ?? metric).toEqual(metric);
        expect(decodeLine(text).otel).toBeUndefined();
      }),
      { seed: 11 },
    );
  });

  it.each([
    ['{"a":200,"b":true,"c":null}', '{}', { a: 200, b: true }],
    ['{"a":[1,"x"],"b":{"c":null}}', '{}', { a: '[1,"x"]', b: '{"c":null}' }],
    ['{"a":"200","b":"true"}', '{}', { a: '200', b: 'true' }],
    ['{"a":"200","b":"true"}', '{"tagTypes":{"a":"number","b":"boolean"}}', { a: 200, b: true }],
    ['{"a":"2e2","b":"yes"}', '{"tagTypes":{"a":"number","b":"boolean"}}', { a: '2e2', b: 'yes' }],
    ['{"a":"1","b":"1"}', '{"tagTypes":{"a":"text","b":5}}', { a: '1', b: '1' }],
    ['{"a":"1"}', '{"tagTypes":[1]}', { a: '1' }],
    ['{"toString":"1"}', '{"tagTypes":{}}', { toString: '1' }],
    ['{"a":1e400}', '{}', { a: 'Infinity' }],
  ])('%s with %s are %j', (tags, otel, expected) => {
    for (const metric of [decodeLine(line(tags, otel)), decodeOwnLine(line(tags, otel), ALWAYS)]) {
      if (metric == null) continue;
      expect((metric as TelemetryMetric).tags).toEqual(expected);
      expect(metric.otel).toBeUndefined();
    }
  });
});
