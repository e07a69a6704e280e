import fc from 'fast-check';
import {
  type AnyValue,
  type AnyValueMap,
  type EventOtel,
  EventType,
  type MetricOtel,
  TelemetryCollector,
  TelemetryEvent,
  TelemetryMetric,
} from 'rimp-telemetry';
import { lowest } from './generations.js';

export const probe = new TelemetryCollector();

/** Metadata as a collector keeps them. */
export function normalised(metadata: object): AnyValueMap {
  return probe.collectEvent('s', 'm', 'info', metadata)?.metadata ?? {};
}

export const NOT_OURS = /^(?:otel\.event\.name|exception\..*|error|err|exception)$/;
export const text = fc.string({ unit: 'binary' }).map((string) => string.toWellFormed());
export const word = text.filter((string) => string !== '' && string !== 'unknown');
export const map: fc.Arbitrary<AnyValueMap> = fc
  .dictionary(
    fc.oneof(
      text.filter((key) => !NOT_OURS.test(key)),
      fc.constantFrom('', '__proto__', 'constructor', 'rimp.source', 'rimp.metadata', 'log.record.uid'),
    ),
    fc.anything({ withBigInt: true, withTypedArray: true, withNullPrototype: true, withDate: true }),
    { maxKeys: 6 },
  )
  .map(normalised)
  // the lowest version of OpenTelemetry's serialiser wraps integers beyond 64 bits, and leaves out what is left out below
  .filter((any) => !lowest || !/\d{17}|e\+/.test(JSON.stringify(any)));
export const some = map.filter((any) => Object.keys(any).length > 0);
export const nanos = fc.bigInt({ min: 1n, max: 2n ** 63n });
export const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length })
    .filter((digits) => !/^0*$/.test(digits));

/** The parts of a time: whole milliseconds, and all of it if it is finer. */
export function time(value: bigint): { timestamp: Date; otel: { timeUnixNano?: string } } {
  const otel = value % 1_000_000n === 0n ? {} : { timeUnixNano: value.toString() };
  return { timestamp: new Date(Number(value / 1_000_000n)), otel };
}

const SEVERITIES = { debug: [1, 8, 5], info: [9, 12, 9], warning: [13, 16, 13], error: [17, 24, 17] } as const;

export function messageOf(body: AnyValue): string {
  if (body instanceof Uint8Array) return Buffer.from(body).toString('base64');
  return typeof body === 'object'
    ? JSON.stringify(body, (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      )
    : String(body);
}

export const event = fc
  .record({
    id: word,
    time: nanos,
    observed: fc.option(nanos),
    eventType: fc.constantFrom(...Object.values(EventType)),
    severity: fc.option(fc.integer({ min: 0, max: 7 })),
    severityText: fc.option(word),
    source: fc.oneof(word, fc.constantFrom('unknown', '@opentelemetry/instrumentation-pino')),
    message: word,
    metadata: fc.option(some),
    body: fc.option(
      fc
        .oneof(some, fc.boolean(), fc.integer(), fc.array(fc.string()), fc.uint8Array({ minLength: 1 }))
        .map((body) => normalised({ body }).body ?? null)
        .filter((body): body is Exclude<AnyValue, null | string> => body !== null && typeof body !== 'string'),
    ),
    trace: fc.option(fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.integer({ min: 0, max: 255 }) })),
    eventName: lowest ? fc.constant(null) : fc.option(word),
    scopeName: fc.option(fc.oneof(word, fc.constant('@opentelemetry/winston-transport'))),
    scopeVersion: fc.option(word),
    scopeAttributes: lowest ? fc.constant(null) : fc.option(some),
    resource: fc.option(some),
    dropped: fc.option(fc.integer({ min: 1, max: 2 ** 31 })),
  })
  .map((given) => {
    const { timestamp, otel: fine } = time(given.time);
    const otel: { -readonly [K in keyof EventOtel]: EventOtel[K] } = { ...fine, ...given.trace };
    if (given.observed !== null && given.observed !== given.time) otel.observedTimeUnixNano = given.observed.toString();
    const [first, last, usual] = SEVERITIES[given.eventType];
    const severity = given.severity === null ? usual : first + (given.severity % (last - first + 1));
    if (severity !== usual) otel.severityNumber = severity;
    if (given.severityText !== null && given.severityText !== given.eventType.toUpperCase())
      otel.severityText = given.severityText;
    if (given.body !== null) otel.body = given.body;
    if (given.eventName !== null) otel.eventName = given.eventName;
    if (given.scopeName !== null && given.scopeName !== given.source) otel.scopeName = given.scopeName;
    if (given.scopeVersion !== null) otel.scopeVersion = given.scopeVersion;
    if (given.scopeAttributes !== null) otel.scopeAttributes = given.scopeAttributes;
    if (given.resource !== null) otel.resource = given.resource;
    if (given.dropped !== null) otel.droppedAttributesCount = given.dropped;
    return new TelemetryEvent({
      eventId: given.id,
      timestamp,
      eventType: given.eventType,
      source: given.source,
      message: given.body === null ? given.message : messageOf(given.body),
      metadata: given.metadata,
      otel: Object.keys(otel).length === 0 ? undefined : otel,
    });
  });

export const plus0 = (value: number): number => (value === 0 ? 0 : value);
export const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map(plus0);
const tagNumber = lowest ? finite.filter((value) => Math.abs(value) < 2 ** 63) : finite;
const tags = fc.dictionary(text, fc.oneof(text, tagNumber, fc.boolean()), { minKeys: 1, maxKeys: 4 });
const count = fc.integer({ min: 1, max: 2 ** 40 });
const counts = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: length, maxLength: length });
const common = {
  time: nanos,
  tags: fc.option(tags),
  resource: fc.option(some),
  description: fc.option(word),
  scopeName: word.filter((name) => name !== 'rimp'),
  scopeVersion: fc.option(word),
  name: word,
  unit: fc.option(word),
};
type Common = {
  [K in keyof typeof common]: (typeof common)[K] extends fc.Arbitrary<infer T> ? T : never;
};

function metricsOf(
  given: Common,
  parts: readonly (readonly [part: string, value: number, unit: string | undefined, otel: MetricOtel])[],
): TelemetryMetric[] {
  const { timestamp, otel: fine } = time(given.time);
  return parts.map(([part, value, unit, rest]) => {
    const otel: { -readonly [K in keyof MetricOtel]: MetricOtel[K] } = { ...fine, ...rest, scopeName: given.scopeName };
    if (given.scopeVersion !== null) otel.scopeVersion = given.scopeVersion;
    if (given.description !== null) otel.description = given.description;
    if (given.resource !== null) otel.resource = given.resource;
    return new TelemetryMetric({ timestamp, name: given.name + part, value, unit, tags: given.tags, otel });
  });
}

export const facade = (value: fc.Arbitrary<number>) =>
  fc
    .record({
      time: nanos,
      tags: fc.option(tags),
      resource: fc.option(some),
      value,
      name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.\-/]{0,20}$/),
      unit: fc.constantFrom(undefined, 'ms', '%', 'By', '{item}', '1'),
    })
    .map((given) => {
      const { timestamp, otel: fine } = time(given.time);
      const otel: MetricOtel = { ...fine, ...(given.resource !== null && { resource: given.resource }) };
      const isKnown = Object.keys(otel).length > 0;
      const { name, unit } = given;
      return [
        new TelemetryMetric({
          timestamp,
          name,
          value: given.value,
          unit,
          tags: given.tags,
          otel: isKnown ? otel : undefined,
        }),
      ];
    });

export const points = (value: fc.Arbitrary<number>) =>
  fc
    .record({
      ...common,
      value,
      kind: fc.constantFrom('gauge', 'sum'),
      temporality: fc.constantFrom('delta', 'cumulative'),
      monotonic: fc.boolean(),
      start: fc.option(nanos),
    })
    .map((given) => {
      const { kind, temporality, monotonic, start } = given;
      const startTime = start === null ? {} : { startTimeUnixNano: start.toString() };
      const otel: MetricOtel = kind === 'gauge' ? { kind } : { kind, temporality, monotonic, ...startTime };
      return metricsOf(given, [['', given.value, given.unit ?? undefined, otel]]);
    });

export const histogram = fc
  .record({
    ...common,
    temporality: fc.constantFrom('delta', 'cumulative'),
    start: nanos,
    count,
    sum: fc.option(finite),
    min: fc.option(finite),
    max: fc.option(finite),
    shape: fc.oneof(
      fc.record({ buckets: fc.record({ boundaries: fc.constant([1, 2.5]), counts: counts(3) }) }),
      fc.constant({}),
      fc.record({
        scale: fc.integer({ min: -10, max: 20 }),
        zeroCount: fc.integer({ min: 0, max: 2 ** 40 }),
        positive: fc.record({ offset: fc.integer({ min: -1_000, max: 1_000 }), bucketCounts: counts(4) }),
        negative: fc.record({ offset: fc.integer({ min: -1_000, max: 1_000 }), bucketCounts: counts(2) }),
      }),
    ),
  })
  .map((given) => {
    const { temporality, start, sum, min, max, name } = given;
    const isExponential = 'scale' in given.shape;
    const otel: MetricOtel = {
      kind: isExponential ? 'exponential_histogram' : 'histogram',
      temporality,
      startTimeUnixNano: start.toString(),
      instrument: name,
    };
    const detail = {
      count: given.count,
      ...(sum !== null && { sum }),
      ...(min !== null && { min }),
      ...(max !== null && { max }),
      ...given.shape,
    };
    const unit = given.unit ?? undefined;
    const own = unit === undefined || unit === '1' ? {} : { unit };
    return metricsOf(given, [
      ['.count', given.count, '1', { ...otel, ...own, histogram: detail }],
      ...(sum === null ? [] : [['.sum', sum, unit, otel] as const]),
      ...(min === null ? [] : [['.min', min, unit, otel] as const]),
      ...(max === null ? [] : [['.max', max, unit, otel] as const]),
    ]);
  });
