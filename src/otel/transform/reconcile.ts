import { normaliseValue, setOwn, wellFormed } from '../../codec/normalise.js';
import type { AnyValue, AnyValueMap } from '../../model/any-value.js';
import { ATTR_METADATA, ATTR_SOURCE, ATTR_UID } from '../../model/attribute-names.js';
import { TelemetryEvent } from '../../model/event.js';
import type { EventOtel } from '../../model/otel-fields.js';
import { eventTypeOf, severityNumberOf } from '../../model/severity.js';
import type { LogRecordLike } from '../sdk-types.js';
import { EXCEPTION_FIELDS, errorKeyOf, travelsAsText } from './event-transform.js';
import { messageOf, otelOrNothing } from './log-record-transform.js';

/** Limits of the SDK's own, as both generations keep them on the record; they are private, so only a hint. */
interface Limits {
  readonly count: number;
  readonly length: number;
}

/**
 * The event that goes on when a processor of ours is given the record of the facade's own event: the very event if
 * no earlier processor changed the record, else one with the same id and time whose changed parts are the record's.
 *
 * @param attributes - that the record was emitted with.
 */
export function eventAfterProcessors(
  event: TelemetryEvent,
  attributes: Readonly<Record<string, unknown>>,
  record: LogRecordLike,
  resource: AnyValueMap | undefined,
): TelemetryEvent {
  const changes = changedAttributes(attributes, record);
  const bodyChanged = record.body !== event.message;
  const severity = record.severityNumber;
  const severityChanged = severity !== (event.otel?.severityNumber ?? severityNumberOf(event.eventType));
  const nameChanged = (record.eventName || undefined) !== event.otel?.eventName;
  if (changes.changed.size === 0 && !bodyChanged && !severityChanged && !nameChanged) {
    if (resource === undefined && changes.cut === 0) return event;
    return withOtel(event, completed(event.otel, resource, changes.cut));
  }
  const eventType = severityChanged ? (eventTypeOf(severity) ?? event.eventType) : event.eventType;
  const metadata = changes.changed.size === 0 ? event.metadata : changedMetadata(event.metadata, changes.changed);
  const otel: { -readonly [K in keyof EventOtel]?: EventOtel[K] | undefined } = {
    ...completed(event.otel, resource, changes.cut),
  };
  if (severityChanged) {
    otel.severityNumber = severity === severityNumberOf(eventType) ? undefined : severity;
    const word = record.severityText;
    otel.severityText = word === undefined || word === eventType.toUpperCase() ? undefined : word;
  }
  if (nameChanged) otel.eventName = record.eventName || undefined;
  const body = bodyChanged ? normaliseValue(record.body ?? null).value : event.message;
  if (bodyChanged && typeof body !== 'string' && body !== null) otel.body = body;
  return new TelemetryEvent({
    eventId: event.eventId,
    timestamp: event.timestamp,
    eventType,
    source: changes.changed.has(ATTR_SOURCE) ? changedSource(changes.changed, record) : event.source,
    message: bodyChanged ? messageOf(body, metadata, record.eventName) : event.message,
    metadata,
    otel: otelOrNothing<EventOtel>(dropUndefined(otel)),
  });
}

/** The source, if processors replaced its attribute or took it away. */
function changedSource(changed: ReadonlyMap<string, unknown>, record: LogRecordLike): string {
  const source = changed.get(ATTR_SOURCE);
  return typeof source === 'string' && source !== '' ? wellFormed(source) : record.instrumentationScope.name;
}

/** The same event object with more in its `otel` part: it is on its way and nobody else has seen it yet. */
function withOtel(event: TelemetryEvent, otel: EventOtel): TelemetryEvent {
  (event as { otel: EventOtel | undefined }).otel = otel;
  return event;
}

function completed(otel: EventOtel | undefined, resource: AnyValueMap | undefined, cut: number): EventOtel {
  const more: { -readonly [K in keyof EventOtel]?: EventOtel[K] } = { ...otel };
  if (resource !== undefined) more.resource = resource;
  if (cut > 0) more.droppedAttributesCount = (otel?.droppedAttributesCount ?? 0) + cut;
  return more as EventOtel;
}

function dropUndefined<T extends object>(fields: T): T {
  for (const key of Object.keys(fields) as (keyof T)[]) if (fields[key] === undefined) delete fields[key];
  return fields;
}

interface Changes {
  /** The new value of each attribute that was changed or added; `undefined` for one that was removed. */
  readonly changed: ReadonlyMap<string, unknown>;
  /** Attributes that the SDK's limits cut. */
  readonly cut: number;
}

const NOTHING: ReadonlyMap<string, unknown> = new Map();

function changedAttributes(emitted: Readonly<Record<string, unknown>>, record: LogRecordLike): Changes {
  const now = record.attributes as Readonly<Record<string, unknown>>;
  const limits = limitsOf(record, emitted);
  let changed: Map<string, unknown> | undefined;
  let cut = 0;
  let same = 0;
  let index = 0;
  for (const key in emitted) {
    const before = emitted[key];
    const after = now[key];
    index += 1;
    if (Object.hasOwn(now, key)) {
      same += 1;
      if (before === after) continue;
      if (equal(before, after, limits.length)) {
        if (!equal(before, after, Number.POSITIVE_INFINITY)) cut += 1;
        continue;
      }
      changed ??= new Map();
      changed.set(key, after);
    } else if (index > limits.count || isRefused(record, before)) {
      cut += 1;
    } else if (key !== ATTR_UID) {
      changed ??= new Map();
      changed.set(key, undefined);
    }
  }
  const keys = Object.keys(now);
  if (keys.length > same) {
    for (const key of keys) {
      if (Object.hasOwn(emitted, key)) continue;
      changed ??= new Map();
      changed.set(key, now[key]);
    }
  }
  return { changed: changed ?? NOTHING, cut };
}

/** Classes of records, and whether they refuse arrays of several types: SDKs of before 0.211 do, without a count. */
const refusesMixedArrays = new WeakMap<object, boolean>();
const PROBE = 'rimp.probe';

/** Whether a value that is missing was refused by the SDK, and not taken away by a processor. */
function isRefused(record: LogRecordLike, value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const types = new Set(value.filter((item) => item !== null).map((item) => typeof item));
  if (types.size < 2 && !types.has('object')) return false;
  const known = refusesMixedArrays.get(record.constructor);
  if (known !== undefined) return known;
  record.setAttribute?.(PROBE, [1, 'a']);
  const attributes = record.attributes as Record<string, unknown>;
  const refuses = !Object.hasOwn(attributes, PROBE);
  delete attributes[PROBE];
  refusesMixedArrays.set(record.constructor, refuses);
  return refuses;
}

function limitsOf(record: LogRecordLike, emitted: object): Limits {
  const hint = (
    record as { readonly _logRecordLimits?: { attributeCountLimit?: unknown; attributeValueLengthLimit?: unknown } }
  )._logRecordLimits;
  const dropped = record.droppedAttributesCount ?? 0;
  if (hint === undefined && dropped === 0) return { count: Number.POSITIVE_INFINITY, length: Number.POSITIVE_INFINITY };
  const count = hint?.attributeCountLimit;
  const length = hint?.attributeValueLengthLimit;
  return {
    count: typeof count === 'number' ? count : Object.keys(emitted).length - dropped,
    length: typeof length === 'number' && length > 0 ? length : Number.POSITIVE_INFINITY,
  };
}

/** Whether a value is the one that was emitted, cut at most as the SDK's limit of length cuts. */
function equal(before: unknown, after: unknown, length: number): boolean {
  if (before === after) return true;
  if (typeof before === 'string') {
    return typeof after === 'string' && after.length === length && before.startsWith(after);
  }
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null) return false;
  if (before instanceof Uint8Array) {
    if (!(after instanceof Uint8Array)) return false;
    if (after.length !== before.length && after.length !== length) return false;
    return after.every((byte, i) => byte === before[i]);
  }
  if (Array.isArray(before)) {
    return (
      Array.isArray(after) && before.length === after.length && before.every((item, i) => equal(item, after[i], length))
    );
  }
  if (Array.isArray(after) || after instanceof Uint8Array) return false;
  const keys = Object.keys(before);
  return (
    keys.length === Object.keys(after).length &&
    keys.every(
      (key) =>
        Object.hasOwn(after, key) &&
        equal((before as Record<string, unknown>)[key], (after as Record<string, unknown>)[key], length),
    )
  );
}

/** The metadata with the changes that processors made to the attributes. */
function changedMetadata(
  metadata: AnyValueMap | undefined,
  changed: ReadonlyMap<string, unknown>,
): AnyValueMap | undefined {
  const next: Record<string, AnyValue> = {};
  for (const key of Object.keys(metadata ?? {})) setOwn(next, key, (metadata as AnyValueMap)[key] as AnyValue);
  const errorKey = errorKeyOf(metadata);
  const remaining = new Map(changed);
  if (errorKey !== undefined) {
    const error: Record<string, AnyValue> = { ...(next[errorKey] as AnyValueMap) };
    let touched = false;
    for (const [field, attribute] of EXCEPTION_FIELDS) {
      if (!remaining.has(attribute)) continue;
      touched = true;
      apply(error, field, remaining.get(attribute));
      remaining.delete(attribute);
    }
    if (remaining.has(errorKey)) {
      touched = true;
      // the rest of the error travelled as an attribute of its own
      for (const key of Object.keys(error)) if (!EXCEPTION_FIELDS.some(([field]) => field === key)) delete error[key];
      const rest = remaining.get(errorKey);
      if (typeof rest === 'object' && rest !== null && !Array.isArray(rest) && !(rest instanceof Uint8Array)) {
        for (const [key, value] of Object.entries(rest)) apply(error, key, value);
      } else if (rest !== undefined) {
        error.value = normaliseValue(rest).value;
      }
      remaining.delete(errorKey);
    }
    if (touched) {
      if (Object.keys(error).length === 0) delete next[errorKey];
      else next[errorKey] = error;
    }
  }
  for (const [key, value] of remaining) {
    if (key === ATTR_UID || key === ATTR_SOURCE) continue;
    if (key === ATTR_METADATA) {
      for (const inText of Object.keys(next)) if (travelsAsText(inText)) delete next[inText];
      if (value !== undefined) apply(next, key, value);
    } else {
      apply(next, key, value);
    }
  }
  return Object.keys(next).length === 0 ? undefined : next;
}

function apply(map: Record<string, AnyValue>, key: string, value: unknown): void {
  if (value === undefined) delete map[key];
  else setOwn(map, key, normaliseValue(value).value);
}
