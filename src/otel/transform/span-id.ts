import { digestOf, SEED, uuidOf } from '../../codec/digest-id.js';
import type { SpanLike } from '../sdk-types.js';

const TRACE_ID = /^(?!0{32})[\da-f]{32}$/;
const SPAN_ID = /^(?!0{16})[\da-f]{16}$/;

/** Whether a text is a trace id: others, and those of zeros alone, are none (trace API, "SpanContext"). */
export function isTraceId(text: string | undefined): text is string {
  return text !== undefined && TRACE_ID.test(text);
}

/** Whether a text is a span id. */
export function isSpanId(text: string | undefined): text is string {
  return text !== undefined && SPAN_ID.test(text);
}

/**
 * The id of the event that a span becomes, the same wherever the span is read: made from what no other span shares.
 * `undefined` if the span has no start or no ids, which say which one it is.
 */
export function spanEventId(span: SpanLike): string | undefined {
  const { startTime, endTime, kind, name } = span;
  const { traceId, spanId } = span.spanContext();
  if (!isTraceId(traceId) || !isSpanId(spanId) || !(startTime[0] > 0)) return undefined;
  // a server may share the id of the client's span, and a span that is not ended yet may come again
  const identity = [traceId, spanId, kind ?? '', ...startTime, ...endTime, name].join(' ');
  return uuidOf(startTime, digestOf(identity, SEED));
}
