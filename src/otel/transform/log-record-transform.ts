import { textOfValue } from '../../codec/any-value-text.js';
import { decodeMap } from '../../codec/json-line-decode.js';
import { normaliseMetadata, normaliseValue, setOwn, wellFormed } from '../../codec/normalise.js';
import type { AnyValue, AnyValueMap } from '../../model/any-value.js';
import { ATTR_METADATA, ATTR_SOURCE, ATTR_UID } from '../../model/attribute-names.js';
import { TelemetryEvent } from '../../model/event.js';
import { EventType, eventTypeFromWord } from '../../model/event-type.js';
import { newId } from '../../model/id.js';
import type { EventOtel } from '../../model/otel-fields.js';
import { ID_LENGTH, isUid } from '../../model/record-uid.js';
import { eventTypeOf, severityNumberOf } from '../../model/severity.js';
import type { LogRecordLike } from '../sdk-types.js';
import { knownTimeFromHr, nanosFromHr } from './hr-time.js';
import { sourceOf } from './source.js';

type Mutable<T> = { -readonly [K in keyof T]?: T[K] | undefined };

/**
 * The event that any log record becomes. What the record holds is copied: later processors may write to it.
 *
 * @param resource - the attributes of the record's resource that go along.
 * @param nowMillis - the time of a record that has none.
 */
export function eventOfRecord(
  record: LogRecordLike,
  resource: AnyValueMap | undefined,
  nowMillis: number,
): TelemetryEvent {
  const attributes = normaliseMetadata(record.attributes);
  const { metadata, uid, source } = splitAttributes(attributes.value);
  const found = uid !== undefined && isCut(uid, record) ? undefined : uid;
  // behind more attributes than are kept
  const cut = uid === undefined && attributes.lost > 0 ? ownText(record.attributes, ATTR_UID) : undefined;
  const observed = knownTimeFromHr(record.hrTimeObserved);
  const time = knownTimeFromHr(record.hrTime) ?? observed ?? { date: new Date(nowMillis) };
  const eventType = typeOf(record, metadata);
  const body = record.body === undefined || record.body === null ? undefined : normaliseValue(record.body).value;
  const scope = record.instrumentationScope;
  const otel: Mutable<EventOtel> = otelOfRecord(record, eventType);
  if (time.timeUnixNano !== undefined) otel.timeUnixNano = time.timeUnixNano;
  if (body !== undefined && typeof body !== 'string') otel.body = body;
  if (resource !== undefined) otel.resource = resource;
  const dropped = (record.droppedAttributesCount ?? 0) + attributes.lost - (cut === undefined ? 0 : 1);
  if (dropped > 0) otel.droppedAttributesCount = dropped;
  const scopeName = text(scope?.name);
  const named = scopeName === 'unknown' ? undefined : scopeName;
  const origin = source ?? sourceOf(named, metadata, resource);
  if (named !== undefined && origin !== named) otel.scopeName = named;
  return new TelemetryEvent({
    eventId: found ?? cut ?? newId(nowMillis),
    timestamp: time.date,
    eventType,
    source: origin,
    message: messageOf(body, metadata, record.eventName),
    metadata,
    otel: otelOrNothing(otel),
  });
}

/** An `otel` part, or `undefined` if it holds nothing. */
export function otelOrNothing<T extends object>(otel: { [K in keyof T]?: T[K] | undefined }): T | undefined {
  for (const key in otel) if (otel[key] !== undefined) return otel as T;
  return undefined;
}

/** What a record says of its context, its severity and its scope. */
export function otelOfRecord(record: LogRecordLike, eventType: EventType): Mutable<EventOtel> {
  const otel: Mutable<EventOtel> = {};
  const span = record.spanContext;
  if (span !== undefined) {
    otel.traceId = span.traceId;
    otel.spanId = span.spanId;
    otel.traceFlags = span.traceFlags;
  }
  const severity = record.severityNumber;
  if (typeof severity === 'number' && severity !== severityNumberOf(eventType)) otel.severityNumber = severity;
  const severityText = text(record.severityText);
  if (severityText !== undefined && severityText !== eventType.toUpperCase()) otel.severityText = severityText;
  const eventName = text(record.eventName);
  if (eventName !== undefined) otel.eventName = eventName;
  const scope = record.instrumentationScope;
  const version = text(scope?.version);
  if (version !== undefined) otel.scopeVersion = version;
  const scopeAttributes = normaliseMetadata(scope?.attributes).value;
  if (scopeAttributes !== undefined && Object.keys(scopeAttributes).length > 0) otel.scopeAttributes = scopeAttributes;
  const observed = nanosFromHr(record.hrTimeObserved);
  const recorded = nanosFromHr(record.hrTime);
  // the SDKs observe a record when it is emitted: worth keeping only if the record has another time
  if (observed !== undefined && recorded !== undefined && observed !== recorded && observed > 0n) {
    otel.observedTimeUnixNano = observed.toString();
  }
  return otel;
}

/** The message of a record's body. */
export function messageOf(body: AnyValue | undefined, metadata: AnyValueMap | undefined, eventName: unknown): string {
  const message = textOfValue(body ?? null);
  if (message !== '') return message;
  const exception = metadata?.['exception.message'];
  if (typeof exception === 'string' && exception !== '') return exception;
  return text(eventName) ?? '';
}

function typeOf(record: LogRecordLike, metadata: AnyValueMap | undefined): EventType {
  const byNumber = eventTypeOf(record.severityNumber);
  if (byNumber !== undefined) return byNumber;
  if (metadata !== undefined && ('exception.type' in metadata || 'exception.message' in metadata))
    return EventType.ERROR;
  return eventTypeFromWord(record.severityText) ?? EventType.INFO;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? wellFormed(value) : undefined;
}

/** Whether a limit of the provider's has cut an id of this library's own: what is left of it is that of others too. */
function isCut(uid: string, record: LogRecordLike): boolean {
  const limits = (record as { readonly _logRecordLimits?: { readonly attributeValueLengthLimit?: unknown } })
    ._logRecordLimits;
  return uid.length < ID_LENGTH && uid.length === limits?.attributeValueLengthLimit;
}

/** An attribute that is a text, of attributes that may throw when they are read. */
function ownText(attributes: object | undefined, key: string): string | undefined {
  try {
    return text(Object.getOwnPropertyDescriptor(attributes ?? {}, key)?.value);
  } catch {
    return undefined;
  }
}

interface SplitAttributes {
  readonly metadata: AnyValueMap | undefined;
  readonly uid: string | undefined;
  readonly source: string | undefined;
}

/** Takes out of the attributes what is not metadata but ours. */
export function splitAttributes(attributes: AnyValueMap | undefined): SplitAttributes {
  if (attributes === undefined) return { metadata: undefined, uid: undefined, source: undefined };
  const metadata: Record<string, AnyValue> = {};
  let uid: string | undefined;
  let source: string | undefined;
  for (const key of Object.keys(attributes)) {
    const value = attributes[key] as AnyValue;
    if (key === ATTR_UID && typeof value === 'string' && value !== '') uid = isUid(value) ? value : undefined;
    else if (key === ATTR_SOURCE && typeof value === 'string') source = value;
    else if (key === ATTR_METADATA && typeof value === 'string') mergeHostile(metadata, value);
    else setOwn(metadata, key, value);
  }
  return { metadata: Object.keys(metadata).length === 0 ? undefined : metadata, uid, source };
}

function mergeHostile(metadata: Record<string, AnyValue>, json: string): void {
  try {
    const map = normaliseMetadata(decodeMap(json)).value ?? {};
    for (const key of Object.keys(map)) setOwn(metadata, key, map[key] as AnyValue);
  } catch {
    metadata[ATTR_METADATA] = json;
  }
}
