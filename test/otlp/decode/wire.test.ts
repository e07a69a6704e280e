import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryCollector, type TelemetryData } from 'rimp-telemetry';
import { encodeOtlp, jsonOtlp } from '../../helpers/otlp-proto.js';
import { servedReceiver } from '../../helpers/served-receiver.js';

const collector = new TelemetryCollector({}, { includeResource: 'all', maxEvents: 1_000_000, maxMetrics: 1_000_000 });
const receiver = servedReceiver(collector);

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const time = fc.bigInt({ min: 1n, max: 4_000_000_000_000_000_000n }).map(String);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const { value: anyValue } = fc.letrec<{ value: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: finite }),
    fc.record({ bytesValue: bytes(5) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({ values: fc.array(fc.record({ key: text, value: tie('value') }), { maxLength: 3 }) }),
    }),
  ),
}));
const attributes = fc.uniqueArray(fc.record({ key: text, value: anyValue }), {
  maxLength: 4,
  selector: ({ key }) => key,
});
const scope = fc.record({ name: text, version: text }, { requiredKeys: [] });
const resource = fc.record({ attributes });
const record = fc.record(
  {
    timeUnixNano: time,
    severityNumber: fc.integer({ min: 1, max: 24 }),
    severityText: text,
    body: anyValue,
    attributes,
    flags: fc.integer({ min: 0, max: 255 }),
    traceId: bytes(16),
    spanId: bytes(8),
    eventName: text,
  },
  { requiredKeys: ['timeUnixNano', 'body'] },
);
const logs = fc.record({
  resourceLogs: fc.array(
    fc.record({
      resource,
      scopeLogs: fc.array(fc.record({ scope, logRecords: fc.array(record, { maxLength: 3 }) }), { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
});
const times = { attributes, startTimeUnixNano: time, timeUnixNano: time };
const numberPoint = fc.oneof(fc.record({ ...times, asDouble: finite }), fc.record({ ...times, asInt: int64 }));
const histogramPoint = fc
  .uniqueArray(finite, { maxLength: 3 })
  .map((bounds) => bounds.toSorted((a, b) => a - b))
  .chain((explicitBounds) =>
    fc.record({
      ...times,
      sum: finite,
      explicitBounds: fc.constant(explicitBounds),
      bucketCounts: fc.array(fc.nat({ max: 1_000 }).map(String), {
        minLength: explicitBounds.length + 1,
        maxLength: explicitBounds.length + 1,
      }),
    }),
  )
  .map((point) => ({ ...point, count: String(point.bucketCounts.reduce((sum, count) => sum + Number(count), 0)) }));
const temporality = fc.integer({ min: 1, max: 2 });
const points = <T>(point: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(point, { minLength: 1, maxLength: 2 });
const name = fc.stringMatching(/^[a-z][a-z_.]{0,10}$/);
const metric = fc.oneof(
  fc.record({ name, unit: text, gauge: fc.record({ dataPoints: points(numberPoint) }) }),
  fc.record({
    name,
    sum: fc.record({ dataPoints: points(numberPoint), aggregationTemporality: temporality, isMonotonic: fc.boolean() }),
  }),
  fc.record({
    name,
    histogram: fc.record({ dataPoints: points(histogramPoint), aggregationTemporality: temporality }),
  }),
);
const metrics = fc.record({
  resourceMetrics: fc.array(
    fc.record({ resource, scopeMetrics: fc.array(fc.record({ scope, metrics: fc.array(metric) }), { maxLength: 2 }) }),
    { maxLength: 2 },
  ),
});

async function received(
  signal: string,
  contentType: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<TelemetryData> {
  await collector.storage.clear();
  const response = await fetch(`${receiver.url}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  await collector.forceFlush();
  return collector.storage.retrieve();
}

/** All of the items but what is made anew for each. */
function withoutIds({ events, metrics: measured }: TelemetryData): unknown {
  const plain = (item: object): unknown => {
    const { eventId: _event, metricId: _metric, ...rest } = item as Record<string, unknown>;
    return rest;
  };
  return { events: events.map(plain), metrics: measured.map(plain) };
}

/** Items so far: generated messages could all be empty. */
let compared = 0;

async function expectAlike(signal: 'logs' | 'metrics', message: object): Promise<void> {
  const encoded = encodeOtlp(signal === 'logs' ? 'Logs' : 'Metrics', message);
  const binary = await received(signal, 'application/x-protobuf', encoded);
  const json = await received(signal, 'application/json', jsonOtlp(message));
  expect(withoutIds(binary)).toEqual(withoutIds(json));
  compared += binary.size;
}

beforeEach(() => {
  compared = 0;
});

afterEach(() => expect(compared).toBeGreaterThan(100));

describe('a message that another library has encoded', () => {
  it('is read alike from protobuf and JSON: logs', async () => {
    await fc.assert(
      fc.asyncProperty(logs, (message) => expectAlike('logs', message)),
      { seed: 20_261_125, numRuns: 150 },
    );
  });

  it('is read alike from protobuf and JSON: metrics', async () => {
    await fc.assert(
      fc.asyncProperty(metrics, (message) => expectAlike('metrics', message)),
      { seed: 20_261_125, numRuns: 150 },
    );
  });
});
