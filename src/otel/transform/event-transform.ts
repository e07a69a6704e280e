import { encodeMap } from '../../codec/json-line-encode.js';
import { isHostileKey, setOwn } from '../../codec/normalise.js';
import type { AnyValue, AnyValueMap } from '../../model/any-value.js';
import { ATTR_METADATA, ATTR_SOURCE, ATTR_UID, EVENT_NAME_KEY, OUR_ATTRIBUTES } from '../../model/attribute-names.js';
import type { TelemetryEvent } from '../../model/event.js';
import { severityNumberOf, severityTextOf } from '../../model/severity.js';
import type { Context, LogRecordToEmit } from '../sdk-types.js';
import { hrFromTime } from './hr-time.js';
import { isInstrumentation } from './source.js';

/** Metadata keys under which an Error becomes `exception.*` attributes. */
const ERROR_KEYS = ['error', 'err', 'exception'] as const;

/** How the fields of an error in the metadata are called in OpenTelemetry (semantic conventions, "Exceptions"). */
export const EXCEPTION_FIELDS = [
  ['name', 'exception.type'],
  ['message', 'exception.message'],
  ['stack', 'exception.stacktrace'],
] as const;

/** The metadata key that holds an error, normalised from an Error: a map with a name, a message or a stack. */
export function errorKeyOf(metadata: AnyValueMap | undefined): (typeof ERROR_KEYS)[number] | undefined {
  if (metadata === undefined) return undefined;
  return ERROR_KEYS.find((key) => isErrorMap(metadata[key]));
}

function isErrorMap(value: AnyValue | undefined): value is AnyValueMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) return false;
  const map = value as AnyValueMap;
  return (
    typeof map.name === 'string' &&
    typeof map.message === 'string' &&
    (map.stack === undefined || typeof map.stack === 'string')
  );
}

/** Whether metadata of this key travel in {@link ATTR_METADATA}: as an attribute they would mean something else. */
export function travelsAsText(key: string): boolean {
  return isHostileKey(key) || OUR_ATTRIBUTES.has(key);
}

/**
 * The attributes that an event's metadata become.
 *
 * @param sourceInScope - whether the scope of the record has the event's source as its name.
 */
export function attributesOf(event: TelemetryEvent, sourceInScope: boolean): Record<string, unknown> {
  const attributes: Record<string, unknown> = { [ATTR_UID]: event.eventId };
  // from the name of an instrumentation nobody would take the source
  if (!sourceInScope || isInstrumentation(event.source)) attributes[ATTR_SOURCE] = event.source;
  const { metadata } = event;
  if (metadata === undefined) return attributes;
  const errorKey = errorKeyOf(metadata);
  let asText: Record<string, AnyValue> | undefined;
  for (const key of Object.keys(metadata)) {
    const value = metadata[key] as AnyValue;
    if (travelsAsText(key)) {
      asText ??= {};
      setOwn(asText, key, value);
    } else if (key === errorKey) {
      const rest: Record<string, AnyValue> = { ...(value as AnyValueMap) };
      for (const [field, attribute] of EXCEPTION_FIELDS) {
        if (rest[field] !== undefined) attributes[attribute] = rest[field];
        delete rest[field];
      }
      if (Object.keys(rest).length > 0) attributes[key] = rest;
    } else if (key !== EVENT_NAME_KEY || value !== event.otel?.eventName) {
      attributes[key] = value;
    }
  }
  if (asText !== undefined) attributes[ATTR_METADATA] = encodeMap(asText);
  return attributes;
}

/** The log record that an event becomes. */
export function recordOf(
  event: TelemetryEvent,
  attributes: Record<string, unknown>,
  context: Context,
): LogRecordToEmit {
  const record: LogRecordToEmit = {
    timestamp: hrFromTime(event.timestamp, event.otel?.timeUnixNano),
    severityNumber: event.otel?.severityNumber ?? severityNumberOf(event.eventType),
    severityText: event.otel?.severityText ?? severityTextOf(event.eventType),
    body: event.message,
    context,
    attributes,
  };
  const eventName = event.otel?.eventName;
  if (eventName !== undefined) record.eventName = eventName;
  return record;
}
