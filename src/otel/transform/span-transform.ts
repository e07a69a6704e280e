import { normaliseMetadata, wellFormed } from '../../codec/normalise.js';
import type { AnyValueMap } from '../../model/any-value.js';
import { TelemetryEvent } from '../../model/event.js';
import { EventType } from '../../model/event-type.js';
import { newId } from '../../model/id.js';
import type { EventOtel, SpanDetail, SpanEvent, SpanLink } from '../../model/otel-fields.js';
import type { HrTime, SpanContextLike, SpanEventLike, SpanLike, SpanLinkLike } from '../sdk-types.js';
import { knownTimeFromHr, nanosFromHr } from './hr-time.js';
import { splitAttributes } from './log-record-transform.js';
import { sourceOf } from './source.js';
import { isSpanId, isTraceId, spanEventId } from './span-id.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** By the trace API's `SpanKind`, which OTLP counts from 1 on, as 0 is unspecified there. */
export const SPAN_KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
/** `SpanStatusCode` of the trace API, and OTLP's. */
export const STATUS_OK = 1;
export const STATUS_ERROR = 2;
/** The bit of OTLP's flags that says that a context came from another process. */
export const IS_REMOTE = 0x200;
const TRACE_FLAGS = 0xff;
/** `TraceFlags.SAMPLED` */
const SAMPLED = 1;

/** What is kept of one span: attributes that were cut count as dropped. */
interface Lost {
  values: number;
}

/** Whether a span is to be kept and exported: others were recorded for their processors alone. */
export function isSampled(span: SpanLike): boolean {
  return (span.spanContext().traceFlags & SAMPLED) !== 0;
}

/**
 * The event that any span becomes: at its start, of its name, with its attributes as metadata. What the span holds is
 * copied.
 *
 * @param resource - the attributes of the span's resource that go along.
 * @param nowMillis - the time of a span that has none.
 */
export function eventOfSpan(span: SpanLike, resource: AnyValueMap | undefined, nowMillis: number): TelemetryEvent {
  const lost: Lost = { values: 0 };
  const { metadata, uid, source } = splitAttributes(attributesOf(span.attributes, lost));
  const detail = detailOf(span, lost);
  const time = knownTimeFromHr(span.startTime) ?? knownTimeFromHr(span.endTime) ?? { date: new Date(nowMillis) };
  const otel: Mutable<EventOtel> = {};
  const { traceId, spanId, traceFlags } = span.spanContext();
  if (isTraceId(traceId)) {
    otel.traceId = traceId;
    otel.spanId = isSpanId(spanId) ? spanId : '';
    otel.traceFlags = traceFlags & TRACE_FLAGS;
  }
  if (time.timeUnixNano !== undefined) otel.timeUnixNano = time.timeUnixNano;
  if (resource !== undefined) otel.resource = resource;
  const scope = span.instrumentationScope;
  const scopeName = textOf(scope?.name);
  const named = scopeName === 'unknown' ? undefined : scopeName;
  // attributes say what was done, not who did it
  const origin = source ?? sourceOf(named, undefined, resource);
  if (named !== undefined && origin !== named) otel.scopeName = named;
  const version = textOf(scope?.version);
  if (version !== undefined) otel.scopeVersion = version;
  const scopeAttributes = attributesOf(scope?.attributes, lost);
  if (scopeAttributes !== undefined) otel.scopeAttributes = scopeAttributes;
  const dropped = (span.droppedAttributesCount ?? 0) + lost.values;
  if (dropped > 0) otel.droppedAttributesCount = dropped;
  otel.span = detail;
  return new TelemetryEvent({
    eventId: uid ?? spanEventId(span) ?? newId(nowMillis),
    timestamp: time.date,
    eventType: detail.status?.code === 'error' ? EventType.ERROR : EventType.INFO,
    source: origin,
    message: wellFormed(span.name),
    metadata,
    otel,
  });
}

function detailOf(span: SpanLike, lost: Lost): SpanDetail {
  const { parentSpanContext: parent, status } = span;
  const detail: Mutable<SpanDetail> = {
    kind: SPAN_KINDS[span.kind ?? -1] ?? 'unspecified',
    endTimeUnixNano: nanosOf(span.endTime),
  };
  if (isSpanId(parent?.spanId)) {
    detail.parentSpanId = parent.spanId;
    if (parent.isRemote === true) detail.parentIsRemote = true;
  }
  if (status.code === STATUS_OK || status.code === STATUS_ERROR) {
    const message = textOf(status.message);
    detail.status = {
      code: status.code === STATUS_OK ? 'ok' : 'error',
      ...(message !== undefined && { message }),
    };
  }
  const traceState = traceStateOf(span.spanContext());
  if (traceState !== undefined) detail.traceState = traceState;
  if (span.events.length > 0) detail.events = span.events.map((event) => eventOf(event, lost));
  if (span.links.length > 0) detail.links = span.links.map((link) => linkOf(link, lost));
  if ((span.droppedEventsCount ?? 0) > 0) detail.droppedEventsCount = span.droppedEventsCount as number;
  if ((span.droppedLinksCount ?? 0) > 0) detail.droppedLinksCount = span.droppedLinksCount as number;
  return detail;
}

function eventOf({ name, time, attributes, droppedAttributesCount }: SpanEventLike, lost: Lost): SpanEvent {
  return {
    name: wellFormed(name),
    timeUnixNano: nanosOf(time),
    ...described(attributes, droppedAttributesCount, lost),
  };
}

function linkOf({ context, attributes, droppedAttributesCount }: SpanLinkLike, lost: Lost): SpanLink {
  const traceState = traceStateOf(context);
  const flags = (context.traceFlags & TRACE_FLAGS) | (context.isRemote === true ? IS_REMOTE : 0);
  return {
    traceId: isTraceId(context.traceId) ? context.traceId : '',
    spanId: isSpanId(context.spanId) ? context.spanId : '',
    ...(traceState !== undefined && { traceState }),
    ...(flags !== 0 && { flags }),
    ...described(attributes, droppedAttributesCount, lost),
  };
}

function described(
  attributes: object | undefined,
  dropped: number | undefined,
  lost: Lost,
): { readonly attributes?: AnyValueMap; readonly droppedAttributesCount?: number } {
  const map = attributesOf(attributes, lost);
  return {
    ...(map !== undefined && { attributes: map }),
    ...(dropped !== undefined && dropped > 0 && { droppedAttributesCount: dropped }),
  };
}

function attributesOf(attributes: object | undefined, lost: Lost): AnyValueMap | undefined {
  const copy = normaliseMetadata(attributes);
  lost.values += copy.lost;
  return copy.value === undefined || Object.keys(copy.value).length === 0 ? undefined : copy.value;
}

function traceStateOf({ traceState }: SpanContextLike): string | undefined {
  return textOf(traceState?.serialize());
}

/** As OTLP has them: 0 if they are unknown. */
function nanosOf(time: HrTime): string {
  const nanos = nanosFromHr(time) ?? 0n;
  return nanos > 0n ? nanos.toString() : '0';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? wellFormed(value) : undefined;
}
