import fc from 'fast-check';
import { type EventOtel, type SpanDetail, type SpanEvent, type SpanLink, TelemetryEvent } from 'rimp-telemetry';
import { hex, nanos, some, text, time, word } from './arbitrary-items.js';
import { lowest } from './generations.js';

type Known<T> = { readonly [K in keyof T]: NonNullable<T[K]> };

/** Without what is null. */
function known<T extends object>(fields: T): Partial<Known<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Partial<Known<T>>;
}

const dropped = fc.option(fc.integer({ min: 1, max: 2 ** 31 }));
const flags = fc.integer({ min: 0, max: 255 });

const spanEvent: fc.Arbitrary<SpanEvent> = fc
  .record({ name: text, time: nanos, attributes: fc.option(some), droppedAttributesCount: dropped })
  .map(({ name, time: at, ...rest }) => ({ name, timeUnixNano: at.toString(), ...known(rest) }));

const link: fc.Arbitrary<SpanLink> = fc
  .record({
    traceId: fc.oneof(hex(32), fc.constant('')),
    spanId: fc.oneof(hex(16), fc.constant('')),
    traceState: fc.option(word),
    // the lowest version of OpenTelemetry's serialiser sends none
    flags: lowest
      ? fc.constant(null)
      : fc.option(
          fc.oneof(
            flags.filter((value) => value > 0),
            flags.map((value) => value | 512),
          ),
        ),
    attributes: fc.option(some),
    droppedAttributesCount: dropped,
  })
  .map(({ traceId, spanId, ...rest }) => ({ traceId, spanId, ...known(rest) }));

const detail: fc.Arbitrary<SpanDetail> = fc
  .record({
    kind: fc.constantFrom('internal', 'server', 'client', 'producer', 'consumer', 'unspecified'),
    end: fc.oneof(nanos, fc.constant(0n)),
    parent: fc.option(fc.record({ id: hex(16), isRemote: lowest ? fc.constant(false) : fc.boolean() })),
    status: fc.option(fc.record({ code: fc.constantFrom('ok', 'error'), message: fc.option(word) })),
    traceState: fc.option(word),
    events: fc.option(fc.array(spanEvent, { minLength: 1, maxLength: 3 })),
    links: fc.option(fc.array(link, { minLength: 1, maxLength: 3 })),
    droppedEventsCount: dropped,
    droppedLinksCount: dropped,
  })
  .map(({ kind, end, parent, status, ...rest }) => ({
    kind,
    endTimeUnixNano: end.toString(),
    ...(parent !== null && { parentSpanId: parent.id, ...(parent.isRemote && { parentIsRemote: true }) }),
    ...(status !== null && { status: { code: status.code, ...known({ message: status.message }) } }),
    ...known(rest),
  }));

/** Events that are spans, as there is a place in OTLP for. */
export const span: fc.Arbitrary<TelemetryEvent> = fc
  .record({
    id: word,
    start: nanos,
    source: fc.oneof(word, fc.constantFrom('unknown', '', '@opentelemetry/instrumentation-http')),
    message: text,
    metadata: fc.option(some),
    // without any the flags mean nothing
    trace: fc.option(
      fc.record({
        traceId: hex(32),
        spanId: fc.oneof(hex(16), fc.constant('')),
        traceFlags: lowest ? fc.constant(0) : flags,
      }),
    ),
    scopeName: fc.option(fc.oneof(word, fc.constant('@opentelemetry/instrumentation-http'))),
    scopeVersion: fc.option(fc.oneof(word, fc.constantFrom('1@2', '2'))),
    scopeAttributes: lowest ? fc.constant(null) : fc.option(some),
    resource: fc.option(fc.oneof(some, fc.constant({ 'service.name': 'shop' }))),
    droppedAttributesCount: dropped,
    detail,
  })
  .map(({ id, start, source, message, metadata, trace, scopeName, resource, detail: of, ...rest }) => {
    const { timestamp, otel: fine } = time(start);
    const otel: EventOtel = {
      ...fine,
      ...trace,
      ...known({ scopeName: scopeName === source ? null : scopeName, resource, ...rest }),
      span: of,
    };
    return new TelemetryEvent({
      eventId: id,
      timestamp,
      eventType: of.status?.code === 'error' ? 'error' : 'info',
      source,
      message,
      metadata,
      otel,
    });
  });
