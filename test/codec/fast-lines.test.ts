import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeLine } from '../../src/codec/json-line-decode.js';
import { decodeOwnLine } from '../../src/codec/json-line-fast.js';
import { linesOutside, nextTime } from '../../src/codec/json-line-times.js';
import { parseTimestamp } from '../../src/codec/timestamp.js';
import type { TelemetryItem } from '../../src/model/item.js';

const ALWAYS = { startMillis: Number.NEGATIVE_INFINITY, endMillis: Number.POSITIVE_INFINITY };
const READABLE = /^[ !#-[\]-~]*$/;

/** JSON as `json.dumps` of Python spaces it, or as `JSON.stringify` does. */
function jsonOf(value: unknown, space: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => jsonOf(item, space)).join(`,${space}`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${space}${jsonOf(inner, space)}`);
  return `{${members.join(`,${space}`)}}`;
}

const digits = (count: number) => fc.stringMatching(new RegExp(`^[0-9]{${count}}$`));
const timestamps = fc
  .record({
    second: fc
      .date({ min: new Date('1900-01-01'), max: new Date('2300-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 19)),
    below: fc.oneof(fc.constant(''), digits(3), digits(6), digits(9)),
    zone: fc.constantFrom('', 'Z', '+00:00', '+02:00'),
  })
  .map(({ second, below, zone }) => `${second}${below === '' ? '' : `.${below}`}${zone}`);
const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('},"otel":{', '"event_id":', '}}'));
const lines = fc.record({
  space: fc.constantFrom('', ' '),
  order: fc.constantFrom('metadata last', 'metadata first', 'sorted'),
  id: texts,
  timestamp: timestamps,
  type: fc.constantFrom('info', 'error', 'ERROR', 'none'),
  source: texts,
  message: texts,
  metadata: fc.oneof(
    fc.constant(null),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('event_id', 'bytesValue', 'otel')), fc.jsonValue()),
  ),
});

function lineOf({ space, order, id, timestamp, type, source, message, metadata }: Value): string {
  const rest = { event_id: id, timestamp, event_type: type, source, message };
  const sorted = { event_id: id, event_type: type, message, metadata, source, timestamp };
  const data =
    order === 'metadata last' ? { ...rest, metadata } : order === 'metadata first' ? { metadata, ...rest } : sorted;
  return jsonOf({ type: 'event', data }, space);
}
type Value = typeof lines extends fc.Arbitrary<infer T> ? T : never;

/** What the general reader makes of a line, and nothing if it refuses it. */
function general(line: string): TelemetryItem | undefined {
  try {
    return decodeLine(line);
  } catch {
    return undefined;
  }
}

describe('the quick reader of a line', () => {
  it('reads lines with metadata last or first, spaced as here or in Python, as the general one does', () => {
    let quick = 0;
    fc.assert(
      fc.property(lines, (value) => {
        const line = lineOf(value);
        // larger integers are never handed to it
        fc.pre(!/\d{16}/.test(JSON.stringify(value.metadata)));
        const own = decodeOwnLine(line, ALWAYS);
        if (own !== undefined) {
          quick += 1;
          expect(own).toEqual(general(line));
        }
      }),
      { numRuns: 600 },
    );
    expect(quick).toBeGreaterThan(20);
  });

  it('agrees with the general one about lines that are damaged or put together from parts of others', () => {
    fc.assert(
      fc.property(
        lines,
        lines,
        fc.nat(400),
        fc.nat(400),
        fc.constantFrom('', '"', '{', '}', ',', ' '),
        (a, b, i, j, sign) => {
          const line = lineOf(a).slice(0, i) + sign + lineOf(b).slice(j);
          fc.pre(!/\d{16}/.test(line));
          const own = decodeOwnLine(line, ALWAYS);
          if (own !== undefined) expect(own).toEqual(general(line));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(['metadata last', 'metadata first'])('is used for plain lines of Python with %s', (order) => {
    fc.assert(
      fc.property(
        fc.stringMatching(READABLE),
        fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.nat()),
        (message, metadata) => {
          fc.pre(!('event_id' in metadata));
          const value = { space: ' ', id: 'e', timestamp: '2026-01-01T00:00:00.123456', type: 'info', source: 's' };
          const line = lineOf({ ...value, order, message, metadata } as Value);
          expect(decodeOwnLine(line, ALWAYS)).toMatchObject({
            message,
            metadata,
            otel: { timeUnixNano: '1767225600123456000' },
          });
        },
      ),
    );
  });

  it('leaves out lines of other times without reading their metadata', () => {
    const value = {
      space: ' ',
      order: 'metadata first',
      id: 'e',
      type: 'info',
      source: 's',
      message: 'm',
      metadata: {},
    };
    const line = lineOf({ ...value, timestamp: '2026-01-01T00:00:00.123456' } as Value);
    const until = Date.UTC(2026, 0, 1);
    expect(decodeOwnLine(line, { startMillis: 0, endMillis: until + 122 })).toBeNull();
    expect(decodeOwnLine(line, { startMillis: until + 123, endMillis: until + 123 })).toMatchObject({ message: 'm' });
  });
});

describe('a timestamp', () => {
  it('has nanoseconds where its text has microseconds, before 1970 too', () => {
    expect(parseTimestamp('1969-12-31T23:59:59.999001Z')?.timeUnixNano).toBe('-999000');
    expect(parseTimestamp('1970-01-01T00:00:00.000001')?.timeUnixNano).toBe('1000');
    expect(parseTimestamp('1970-01-01T00:00:01.002003+00:00')?.timeUnixNano).toBe('1002003000');
    expect(parseTimestamp('2026-02-30T00:00:00.000')).toBeUndefined();
  });
});

describe('the search for lines of some times', () => {
  const windows = fc
    .tuple(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2300-01-01'), noInvalidDate: true }),
      fc.constantFrom(0, 1, 999, 30_000, 90_000, 86_400_000, 20 * 86_400_000),
    )
    .map(([date, length]) => ({ startMillis: date.getTime(), endMillis: date.getTime() + length }));
  const metrics = fc
    .record({ id: texts, timestamp: timestamps, name: texts, value: fc.double(), unit: fc.option(texts) })
    .map(({ id, timestamp, name, value, unit }) =>
      jsonOf({ type: 'metric', data: { metric_id: id, timestamp, name, value, unit, tags: null } }, ' '),
    );
  const rubbish = fc.constantFrom(
    '{"type":"event","data":{"event_id":"a","timestamp":"1999-02-30T00:00:00Z","event_type":"info","source":"s","message":"m","metadata":null}}',
    '{"type":"event","data":{"event_id":"a","timestamp":"1999-01-01T24:00:00Z","event_type":"info","source":"s","message":"m","metadata":null}}',
    '{"type":"event","data":{"metadata":{"event_id":"b"},"event_id":"a","timestamp":"1999-01-01T00:00:00Z","event_type":"info","source":"s","message":"m"}}',
    '{"type":"event","data":{"metadata":{"a":1},"event_id":"a","timestamp":"1999-01-01T00:00:00Z","event_type":"info","source":"s","message":"m"}}\r',
    '{"type":"event","data":{"metadata":{"a":1},"event_id":"a","timestamp":"1999-01-01T00:00:00Z","event_type":"info","source":"s","message":"m"}} ',
    '\ufeff{}',
    'no line',
    '\r',
  );

  it('passes over a line only if the quick reader says that it is of other times', () => {
    let passed = 0;
    const text = fc.array(fc.oneof(lines.map(lineOf), metrics, rubbish), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(text, windows, (some, times) => {
        const bytes = Buffer.from(some.join('\n')).toString('latin1');
        if (linesOutside(times)?.(bytes) !== true) return;
        passed += 1;
        for (const line of some.join('\n').split('\n'))
          if (line.trim() !== '') expect(decodeOwnLine(line, times)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
    expect(passed).toBeGreaterThan(20);
  });

  it('sees the time of the line behind another as the general reader does, or none', () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.string(), fc.oneof(lines.map(lineOf), metrics, rubbish), (before, line) => {
        const rest = `${before.replaceAll('\n', ' ')}\n`;
        const found = nextTime(Buffer.from(`${rest}${line}\n`).toString('latin1'));
        const read = general(line);
        // the time of a line that can't be read is of no interest
        if (found === undefined || read === undefined) return;
        seen += 1;
        expect(found).toEqual({ at: Buffer.byteLength(rest), millis: read.timestamp.getTime() });
      }),
      { numRuns: 2_000 },
    );
    expect(seen).toBeGreaterThan(200);
  });

  it('finds every line of those times', () => {
    const inside = fc.tuple(windows, fc.double({ min: 0, max: 1, noNaN: true }), lines);
    fc.assert(
      fc.property(inside, ([times, part, value]) => {
        const millis = Math.floor(times.startMillis + part * (times.endMillis - times.startMillis));
        const line = lineOf({ ...value, timestamp: new Date(millis).toISOString() });
        expect(linesOutside(times)?.(`${line}\n`)).not.toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is not made of times without an end, too far apart, or of another year', () => {
    expect(linesOutside(ALWAYS)).toBeUndefined();
    expect(linesOutside({ startMillis: 0, endMillis: 40 * 86_400_000 })).toBeUndefined();
    expect(linesOutside({ startMillis: -1e14, endMillis: -1e14 })).toBeUndefined();
    expect(linesOutside({ startMillis: 1e17, endMillis: 1e17 })).toBeUndefined();
  });
});
