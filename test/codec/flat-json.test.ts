import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryCollector, TelemetryEvent } from 'rimp-telemetry';
import { flatJson } from '../../src/codec/flat-json.js';
import { encodeEvent } from '../../src/codec/json-line-encode.js';
import { normaliseMetadata } from '../../src/codec/normalise.js';
import { hostileMap } from '../helpers/hostile-maps.js';

/** What the platform makes of a map, or that it throws. */
function platform(map: object): unknown {
  try {
    return JSON.stringify(map);
  } catch {
    return 'throws';
  }
}

describe('flat metadata as JSON', () => {
  it('are the text that JSON.stringify makes of them, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileMap,
          hostileMap.map((map) => normaliseMetadata(map).value ?? {}),
        ),
        (map) => {
          let fast: string | undefined;
          try {
            fast = flatJson(map);
          } catch {
            // what can't be read is a line of neither
          }
          if (fast !== undefined) expect(fast).toBe(platform(map));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('are written the fast way if they hold nothing but text, numbers and booleans', () => {
    expect(flatJson({ 'a"b': 'c\n', n: 0.1, m: -0, nan: Number.NaN, ok: true, 1: 'first' })).toBe(
      '{"1":"first","a\\"b":"c\\n","n":0.1,"m":0,"nan":null,"ok":true}',
    );
    expect(flatJson({})).toBe('{}');
    expect(flatJson({ a: null })).toBeUndefined();
    expect(flatJson({ a: [] })).toBeUndefined();
    expect(flatJson(Object.create({ inherited: 1 }) as object)).toBeUndefined();
  });
});

describe('a line', () => {
  it('holds its id and its message as JSON.stringify writes them', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), fc.constant('\ud800'));
    fc.assert(
      fc.property(text, text, (eventId, message) => {
        const line = encodeEvent(new TelemetryEvent({ eventId, message, source: 'source' }));
        expect(line).toContain(`{"type":"event","data":{"event_id":${JSON.stringify(eventId)},"timestamp":`);
        expect(line).toContain(`"source":"source","message":${JSON.stringify(message)},"metadata":null}}`);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has the source, the type and the resource of its own event, whichever came before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', '"', ''), fc.constantFrom('info', 'error'), fc.boolean())),
        (events) => {
          const collectors = [new TelemetryCollector(), new TelemetryCollector({}, { includeResource: 'all' })];
          for (const [source, type, first] of events) {
            const event = collectors[first ? 0 : 1]?.collectEvent(source, 'm', type as 'info');
            const line = JSON.parse(encodeEvent(event as NonNullable<typeof event>)) as object;
            expect(line).toMatchObject({ data: { source: source || 'unknown', event_type: type }, otel: event?.otel });
          }
        },
      ),
    );
  });

  it('has what the part otel holds when it is written, if somebody may change it', () => {
    const collector = new TelemetryCollector();
    const event = collector.collectEvent('a', 'm');
    const otel = { resource: { 'service.name': 'before' } };
    const changed = Object.assign(Object.create(Object.getPrototypeOf(event) as object) as object, event, { otel });
    expect(encodeEvent(changed as never)).toContain('before');
    otel.resource['service.name'] = 'after';
    expect(encodeEvent(changed as never)).toContain('after');
  });
});
