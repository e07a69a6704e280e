import { describe, expect, it } from '@jest/globals';
import * as transformer from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import type { LogRecordLike } from '../../../src/otel/sdk-types.js';
import { logsSerializerOf } from '../../../src/otlp/encode/logs-serializer.js';
import { PackedLogs } from '../../../src/otlp/encode/packed-logs.js';
import { decodeOtlp } from '../../helpers/otlp-proto.js';

const ours = logsSerializerOf('http/protobuf', transformer, 'test');
const official = (records: readonly LogRecordLike[]): Buffer => {
  const bytes = transformer.ProtobufLogsSerializer.serializeRequest(records as never);
  return Buffer.from(bytes as Uint8Array);
};

const RESOURCES = [
  resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 1 }),
  resourceFromAttributes({}, { schemaUrl: 'https://example.com/schema' }),
];
const SCOPES = [
  { name: 'shop' },
  { name: '', version: '1.2.3', schemaUrl: 'https://example.com/scope' },
  { name: 'ü'.repeat(200), attributes: { a: 1 } },
];

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '',
    '\ud800',
    'ä',
    'x'.repeat(96),
    'x'.repeat(97),
    'x'.repeat(127),
    'x'.repeat(128),
    'y'.repeat(70_000),
  ),
);
const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    127,
    128,
    -1,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53,
    -(2 ** 63),
    2 ** 63,
    0.1,
    Number.NaN,
    Infinity,
  ),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constantFrom(null, undefined, Symbol('s')),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));
const time = fc.tuple(fc.integer({ min: 0, max: 18_446_744_073 }), fc.integer({ min: 0, max: 709_551_615 }));
const record: fc.Arbitrary<LogRecordLike> = fc.record({
  hrTime: time,
  hrTimeObserved: time,
  severityNumber: fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }),
  severityText: fc.option(text, { nil: undefined }),
  body: value,
  eventName: fc.option(text, { nil: undefined }),
  attributes: fc.dictionary(text, value, { maxKeys: 8 }),
  droppedAttributesCount: fc.nat(),
  spanContext: fc.option(
    fc.record({
      traceId: fc.constantFrom('0af7651916cd43dd8448eb211c80319c', ''),
      spanId: fc.constantFrom('b7ad6b7169203331', ''),
      traceFlags: fc.constantFrom(0, 1, 0x101),
    }),
    { nil: undefined },
  ),
  resource: fc.constantFrom(...RESOURCES),
  instrumentationScope: fc.constantFrom(...SCOPES),
});

interface DecodedLogs {
  readonly resourceLogs?: readonly { readonly scopeLogs: readonly { readonly logRecords: readonly unknown[] }[] }[];
}

/** The records of a request in order, by what is around them. */
function recordsIn(request: Uint8Array): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const { scopeLogs, ...resource } of (decodeOtlp('Logs', request) as DecodedLogs).resourceLogs ?? []) {
    for (const { logRecords, ...scope } of scopeLogs) {
      const around = JSON.stringify([resource, scope]);
      found.set(around, [...(found.get(around) ?? []), ...logRecords]);
    }
  }
  return found;
}

describe('log records in protobuf', () => {
  it('are the bytes that OpenTelemetry writes, whatever is in a record', () => {
    fc.assert(
      fc.property(record, (one) => {
        const bytes = Buffer.from(ours.serialize([one]));
        expect(bytes.equals(official([one]))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('are grouped by resource and scope as OpenTelemetry groups them', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 30 }), (records) => {
        expect(Buffer.from(ours.serialize(records)).equals(official(records))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('of several packs joined are those of the packs, in order', () => {
    const lists = fc.array(fc.array(record, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lists, (parts) => {
        const packs = parts.map((records) => ours.pack(records)) as [PackedLogs, ...PackedLogs[]];
        const joined = Buffer.from(ours.serialize(PackedLogs.join(packs)));
        const apart = Buffer.concat(parts.map((records) => official(records)));
        expect(recordsIn(joined)).toEqual(recordsIn(apart));
      }),
      { numRuns: 100 },
    );
  });

  it('stay what they were when they were packed', () => {
    const one = { ...fc.sample(record, 1)[0], attributes: { a: 'before' } } as LogRecordLike;
    const expected = official([one]);
    const packed = ours.pack([one]);
    (one.attributes as { a: string }).a = 'after';
    expect(packed).toBeInstanceOf(PackedLogs);
    expect(Buffer.from(ours.serialize(packed)).equals(expected)).toBe(true);
  });

  it('are left as they are if their resource is still being detected, or one of them has no end', () => {
    const [sample] = fc.sample(record, 1) as [LogRecordLike];
    const detected = { attributes: {}, asyncAttributesPending: true };
    const endless: Record<string, unknown> = {};
    endless.self = endless;
    for (const one of [
      { ...sample, resource: detected },
      { ...sample, attributes: endless },
    ]) {
      const records = [sample, one];
      expect(ours.pack(records)).toBe(records);
    }
    // what comes next is not harmed
    expect(Buffer.from(ours.serialize([sample])).equals(official([sample]))).toBe(true);
  });
});
