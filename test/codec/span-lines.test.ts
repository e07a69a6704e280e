import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TelemetryEvent } from 'rimp-telemetry';
import { decodeLine } from '../../src/codec/json-line-decode.js';
import { encodeEvent } from '../../src/codec/json-line-encode.js';
import { span } from '../helpers/arbitrary-spans.js';

const line = (given: unknown): string =>
  JSON.stringify({
    type: 'event',
    data: {
      event_id: 'a',
      timestamp: '2026-01-01T00:00:00Z',
      event_type: 'info',
      source: 's',
      message: 'm',
      metadata: null,
    },
    otel: { traceId: 'a'.repeat(32), span: given },
  });
const read = (given: unknown): TelemetryEvent => decodeLine(line(given)) as TelemetryEvent;
const SPAN = { kind: 'server', endTimeUnixNano: '1' };

describe('the line of a span', () => {
  it('gives back all that the span has', () => {
    fc.assert(
      fc.property(span, (event) => {
        expect(decodeLine(encodeEvent(event))).toEqual(event);
      }),
    );
  });

  it('is read whatever somebody wrote as the span: what can be none is kept apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        const { message, otel } = read(given);
        expect(message).toBe('m');
        expect(otel?.traceId).toBe('a'.repeat(32));
        expect(otel?.span).toBeUndefined();
      }),
    );
  });

  it.each([
    ['no kind', { endTimeUnixNano: '1' }],
    ['no end', { kind: 'server' }],
    ['a kind that there is not', { ...SPAN, kind: 'other' }],
    ['an end that is a number', { ...SPAN, endTimeUnixNano: 1 }],
    ['an end beyond 64 bits', { ...SPAN, endTimeUnixNano: '18446744073709551616' }],
    ['a parent that is no id', { ...SPAN, parentSpanId: 'x' }],
    ['a status without a code', { ...SPAN, status: { message: 'no' } }],
    ['events that are no list', { ...SPAN, events: {} }],
    ['an event without a time', { ...SPAN, events: [{ name: 'e' }] }],
    ['attributes that are a list', { ...SPAN, events: [{ name: 'e', timeUnixNano: '1', attributes: [] }] }],
    ['a link to nothing', { ...SPAN, links: [{ traceId: 'x', spanId: '' }] }],
    ['a count below 0', { ...SPAN, droppedLinksCount: -1 }],
  ])('keeps a span with %s in "invalid"', (_what, given) => {
    expect(read(given).otel).toEqual({ traceId: 'a'.repeat(32), invalid: { span: given } });
  });

  it('keeps what nobody knows yet, and takes attributes for no bytes', () => {
    const attributes = { bytesValue: 'AAAA' };
    const given = { ...SPAN, newer: { x: 1 }, events: [{ name: 'e', timeUnixNano: '1', attributes }] };
    expect(read(given).otel?.span).toEqual(given);
  });

  it('reads attributes of events as deep as metadata, and what lies deeper as text', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 40; i += 1) deep = { d: deep };
    const of = (value: unknown): object => ({ ...SPAN, events: [{ name: 'e', timeUnixNano: '1', attributes: value }] });
    const metadata = decodeLine(
      line(undefined).replace('"metadata":null', `"metadata":${JSON.stringify(deep)}`),
    ) as TelemetryEvent;
    expect(read(of(deep)).otel?.span?.events?.[0]?.attributes).toEqual(metadata.metadata);
  });
});
