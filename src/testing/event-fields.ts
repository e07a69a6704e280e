import type { EventOtel } from '../model/otel-fields.js';

/** An example of one field. */
export interface EventFieldExample<K extends keyof EventOtel> {
  /** The field, with what has to stand beside it, in an event of a time. */
  readonly example: (timestamp: Date) => EventOtel & Required<Pick<EventOtel, K>>;
  /** Whether OTLP has a place for it. */
  readonly inOtlp: boolean;
}

const TRACE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const NANOS = '1767225600000000001';
const MAP = { text: 'a\nb', number: 1.5, yes: true, none: null, list: [1, 'two'], map: { deep: ['x'] } };

/**
 * Every field of an event's `otel` part, by example. The generator of items takes its fields from here, and tests take
 * each example through lines, databases, log records and OTLP: a field that one of them forgets fails there.
 */
export const EVENT_FIELDS: { readonly [K in keyof Required<EventOtel>]: EventFieldExample<K> } = {
  traceId: { inOtlp: true, example: () => TRACE },
  spanId: { inOtlp: true, example: () => TRACE },
  traceFlags: { inOtlp: true, example: () => TRACE },
  severityNumber: { inOtlp: true, example: () => ({ severityNumber: 11 }) },
  severityText: { inOtlp: true, example: () => ({ severityText: 'notice' }) },
  eventName: { inOtlp: true, example: () => ({ eventName: 'user.login' }) },
  scopeName: { inOtlp: true, example: () => ({ scopeName: 'some-library' }) },
  scopeVersion: { inOtlp: true, example: () => ({ scopeVersion: '1.2.3' }) },
  scopeAttributes: { inOtlp: true, example: () => ({ scopeAttributes: MAP }) },
  resource: { inOtlp: true, example: () => ({ resource: { ...MAP, 'service.name': 'shop' } }) },
  body: { inOtlp: true, example: () => ({ body: MAP }) },
  droppedAttributesCount: { inOtlp: true, example: () => ({ droppedAttributesCount: 3 }) },
  timeUnixNano: { inOtlp: true, example: (timestamp) => ({ timeUnixNano: `${timestamp.getTime()}000123` }) },
  observedTimeUnixNano: { inOtlp: true, example: () => ({ observedTimeUnixNano: NANOS }) },
  span: {
    inOtlp: true,
    example: () => ({
      ...TRACE,
      span: {
        kind: 'server',
        parentSpanId: '00f067aa0ba902b7',
        parentIsRemote: true,
        endTimeUnixNano: '1767225600250000001',
        status: { code: 'error', message: 'no stock' },
        traceState: 'vendor=value',
        events: [{ name: 'exception', timeUnixNano: NANOS, attributes: MAP, droppedAttributesCount: 1 }],
        links: [{ traceId: TRACE.traceId, spanId: '00f067aa0ba902b7', traceState: 'a=b', flags: 513, attributes: MAP }],
        droppedEventsCount: 2,
        droppedLinksCount: 3,
      },
    }),
  },
  invalid: { inOtlp: false, example: () => ({ invalid: { traceId: 5 } }) },
};
