import { describe, expect, it } from '@jest/globals';
import { metricsOfData, tagsOf } from '../../../src/otel/transform/metric-transform.js';

const NOW = 1_767_225_600_000;
const metricsAt = (endTime: readonly [number, number] | undefined) =>
  metricsOfData(
    {
      descriptor: { name: 'n' },
      aggregationTemporality: 0,
      dataPointType: 2,
      dataPoints: [{ startTime: [0, 0], endTime: endTime as [number, number] | undefined, attributes: {}, value: 1 }],
    },
    { name: 's' },
    undefined,
    NOW,
  );

describe('a point', () => {
  it.each([[undefined], [[0, 0] as const], [[Number.NaN, 0] as const]])(
    'without a time (%j) has that of its receipt',
    (time) => {
      expect(metricsAt(time)[0]?.timestamp).toEqual(new Date(NOW));
    },
  );

  it('gives a metric the time of its own point to the nanosecond', () => {
    expect(metricsAt([1, 1])[0]).toMatchObject({ timestamp: new Date(1000), otel: { timeUnixNano: '1000000001' } });
    expect(metricsAt([0, 1])[0]).toMatchObject({ timestamp: new Date(0), otel: { timeUnixNano: '1' } });
  });
});

describe('attributes as tags', () => {
  it('makes tags of text of attributes that are no number or boolean: bytes in base64, arrays and maps in JSON', () => {
    const bytes = new Uint8Array([104, 105]);
    expect(tagsOf({ a: 'x', b: 1, c: true, d: bytes, e: [1, bytes], f: { g: bytes }, h: null, i: Number.NaN })).toEqual(
      {
        a: 'x',
        b: 1,
        c: true,
        d: 'aGk=',
        e: '[1,"aGk="]',
        f: '{"g":"aGk="}',
        i: 'NaN',
      },
    );
    expect(tagsOf({})).toBeUndefined();
  });
});
