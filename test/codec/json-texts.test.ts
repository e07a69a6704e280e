import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TelemetryEvent } from 'rimp-telemetry';
import { canonicalJson } from '../../src/codec/canonical-json.js';
import { decodeLine, decodeMap } from '../../src/codec/json-line-decode.js';
import { encodeEvent, encodeMap } from '../../src/codec/json-line-encode.js';
import { decodeOwnLine } from '../../src/codec/json-line-fast.js';
import { normaliseMetadata } from '../../src/codec/normalise.js';
import { invalidJson, looseJson, validJson } from '../helpers/json-texts.js';

const ALWAYS = { startMillis: Number.NEGATIVE_INFINITY, endMillis: Number.POSITIVE_INFINITY };
const lineOf = (value: string, otel = '') =>
  `{"type":"event","data":{"event_id":"e","timestamp":"2026-01-01T00:00:00.000Z","event_type":"info","source":"s","message":"m","metadata":{"v":${value}}}${otel}}`;

/** What both readers make of a line. */
function bothRead(line: string): TelemetryEvent {
  const item = decodeLine(line) as TelemetryEvent;
  // it is not asked for lines with numbers that may be too long
  const own = /\d{16}/.test(line) ? undefined : decodeOwnLine(line, ALWAYS);
  if (own !== undefined) expect(own).toEqual(item);
  return item;
}

describe('JSON in a line', () => {
  it.each(validJson)('%j is read as it is', (text) => {
    // without the sign of -0, which JSON is written without
    const value: unknown = JSON.parse(JSON.stringify(JSON.parse(text)));
    expect(bothRead(lineOf(text)).metadata).toEqual({ v: value });
    expect(bothRead(lineOf('1', `,"otel":{"body":${text}}`)).otel).toEqual(
      value === null ? undefined : { body: value },
    );
    const again = encodeEvent(bothRead(lineOf(text)));
    expect(bothRead(again)).toEqual(bothRead(lineOf(text)));
  });

  it.each(looseJson)('%s is read as %j', (text, value) => {
    const event = bothRead(lineOf(text));
    expect(event.metadata).toEqual({ v: value });
    expect(bothRead(encodeEvent(event))).toEqual(event);
  });

  it.each(invalidJson)('%j makes the line none, for both readers', (text) => {
    expect(() => decodeLine(lineOf(text))).toThrow(/RIMP line: expected JSON/);
    expect(decodeOwnLine(lineOf(text), ALWAYS)).toBeUndefined();
    // a line, not a part of one
    expect(() => decodeLine(text)).toThrow(/RIMP line: expected/);
  });

  it('is read, or refused with a reason, however a sound line is damaged', () => {
    const sound = fc
      .tuple(fc.constantFrom(...validJson), fc.constantFrom(...validJson))
      .map(([value, body]) => lineOf(value, `,"otel":{"traceFlags":1,"body":${body}}`));
    fc.assert(
      fc.property(sound, fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }), (line, at, length, put) => {
        const from = at % line.length;
        const damaged = line.slice(0, from) + put + line.slice(from + length);
        try {
          bothRead(damaged);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('RIMP_INVALID_ARGUMENT');
          // what one reader refuses the other doesn't take
          expect(decodeOwnLine(damaged, ALWAYS)).toBeUndefined();
        }
      }),
      { seed: 5, numRuns: 3_000 },
    );
  });

  it('means the same in columns, and equal maps have one canonical text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything({ withTypedArray: true, withBigInt: true })), (any) => {
        const map = normaliseMetadata(any).value ?? {};
        expect(decodeMap(encodeMap(map))).toEqual(map);
        const turned = Object.fromEntries(Object.entries(map).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(map));
        expect(canonicalJson(decodeMap(encodeMap(map)))).toBe(canonicalJson(map));
      }),
      { seed: 9, numRuns: 500 },
    );
  });
});
