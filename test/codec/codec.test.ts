import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { decodeLine } from '../../src/codec/json-line-decode.js';
import { encodeEvent, encodeMetric } from '../../src/codec/json-line-encode.js';
import { normaliseMetadata } from '../../src/codec/normalise.js';
import { formatTimestamp, parseTimestamp } from '../../src/codec/timestamp.js';
import { createIdGenerator } from '../../src/model/id.js';

const time = fc.date({
  min: new Date('0001-01-02T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
});
const nanos = (date: Date, below: number): { timeUnixNano?: string } =>
  below === 0 ? {} : { timeUnixNano: (BigInt(date.getTime()) * 1_000_000n + BigInt(below)).toString() };
const metadata = fc
  .dictionary(
    fc.string(),
    fc.anything({
      withDate: true,
      withBigInt: true,
      withTypedArray: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
    }),
  )
  .map((map) => normaliseMetadata(map).value);

describe('timestamps', () => {
  it('survive writing and reading, nanoseconds included', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: 999_999 }), (date, below) => {
        const otel = nanos(date, below);
        expect(parseTimestamp(formatTimestamp(date, otel.timeUnixNano))).toEqual({ date, ...otel });
      }),
    );
  });

  it.each([
    ['2025-01-01T00:00:00', '2025-01-01T00:00:00.000Z'],
    ['2025-01-01 10:20', '2025-01-01T10:20:00.000Z'],
    ['2025-01-01', '2025-01-01T00:00:00.000Z'],
    ['2025-06-01T12:00:00.5+05:30', '2025-06-01T06:30:00.500Z'],
    ['2025-06-01T12:00:00-0700', '2025-06-01T19:00:00.000Z'],
    ['2025-06-01T12:00:00.1234567891234Z', '2025-06-01T12:00:00.123Z'],
  ])('reads %s', (text, iso) => {
    expect(parseTimestamp(text)?.date.toISOString()).toBe(iso);
  });

  it.each(['', 'yesterday', '2025-02-30', '2025-13-01', '2025-01-01T24:00:00', '2025-01-01T10:60', '1700000000'])(
    'refuses "%s"',
    (text) => {
      expect(parseTimestamp(text)).toBeUndefined();
    },
  );
});

describe('the JSON line', () => {
  it('gives back any event', () => {
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: 0, max: 999_999 }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        metadata,
        (date, below, message, source, map) => {
          const otel = nanos(date, below);
          const event = new TelemetryEvent({
            eventId: 'id',
            timestamp: date,
            eventType: 'error',
            source,
            message: message.toWellFormed(),
            metadata: map,
            otel: below === 0 ? undefined : otel,
          });
          const line = encodeEvent(event);
          expect(line).not.toContain('\n');
          expect(Object.keys((JSON.parse(line) as { data: object }).data)).toEqual([
            'event_id',
            'timestamp',
            'event_type',
            'source',
            'message',
            'metadata',
          ]);
          expect(decodeLine(line)).toEqual(event);
        },
      ),
    );
  });

  it('gives back any metric', () => {
    fc.assert(
      fc.property(
        time,
        fc.double(),
        fc.string(),
        fc.option(fc.string(), { nil: undefined }),
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
        (date, value, name, unit, tags) => {
          const metric = new TelemetryMetric({
            metricId: 'id',
            timestamp: date,
            name,
            value,
            unit,
            tags,
            otel: { kind: 'gauge', scopeName: 'x' },
          });
          const back = decodeLine(encodeMetric(metric)) as TelemetryMetric;
          expect(back).toEqual(metric);
          expect(Object.is(back.value, value)).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['nonsense', /expected JSON/],
    ['[]', /expected the line to be an object/],
    ['{"type":"span","data":{}}', /"type" to be "event" or "metric", got "span"/],
    ['{"type":"event","data":{"timestamp":"never"}}', /"timestamp" to be an ISO 8601/],
    ['{"type":"event","data":{"timestamp":"2025-01-01","event_type":"loud"}}', /"event_type".*got "loud"/],
    [
      '{"type":"metric","data":{"timestamp":"2025-01-01","metric_id":"1","name":"n","value":"5 ms"}}',
      /"value" to be a number, got "5 ms"/,
    ],
  ])('refuses %s', (line, message) => {
    expect(() => decodeLine(line)).toThrow(message);
  });
});

describe('normalising', () => {
  it('never throws, and leaves what JSON holds', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withProxy: false,
          withBoxedValues: true,
          withSparseArray: true,
          withObjectString: true,
        } as fc.ObjectConstraints),
        (value) => {
          const { value: copy } = normaliseMetadata(value);
          expect(() => JSON.stringify(copy)).not.toThrow();
          expect(normaliseMetadata(copy).value).toEqual(copy);
        },
      ),
    );
  });

  it('bounds depth and size, and counts what is left out', () => {
    const deep: Record<string, unknown> = {};
    let at = deep;
    for (let i = 0; i < 40; i += 1) at = at.next = {} as Record<string, unknown>;
    expect(normaliseMetadata(deep).lost).toBe(1);
    const wide = normaliseMetadata({ list: Array.from({ length: 5000 }, (_, i) => i) });
    expect(((wide.value ?? {}).list as unknown[]).length).toBeLessThan(1001);
    expect(wide.lost).toBeGreaterThan(4000);
    const shared = { a: 1 };
    expect(normaliseMetadata({ x: shared, y: shared }).value).toEqual({ x: { a: 1 }, y: { a: 1 } });
  });
});

describe('ids', () => {
  it('are UUIDs of version 7, ascending whatever the clock does', () => {
    const next = createIdGenerator((bytes) => globalThis.crypto.getRandomValues(bytes));
    const ids = Array.from({ length: 20_000 }, (_, i) =>
      next(i % 1000 === 0 ? 1_700_000_000_000 - i : 1_700_000_000_000),
    );
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids.slice(0, 50))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
