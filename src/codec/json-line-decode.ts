import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../model/any-value.js';
import { CHECKED } from '../model/checked.js';
import { show, TelemetryError } from '../model/errors.js';
import { TelemetryEvent } from '../model/event.js';
import { eventTypeFromFile } from '../model/event-type.js';
import { TelemetryMetric } from '../model/metric.js';
import { mapFromJson } from './json-value.js';
import { eventOtelOf, metricOtelOf } from './otel-check.js';
import { parseLine } from './python-json.js';
import { TAG_TYPES, tagsFromLine } from './tag-types.js';
import { parseTimestamp, type Timestamp } from './timestamp.js';

/**
 * The event or metric of one line of a RIMP file, Python's or ours. The line may be anybody's: whatever it holds, the
 * item can be searched, copied and sent.
 *
 * @param isPlain - whether the line is known to hold no integer of sixteen digits or more.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` that says what was expected and what came.
 */
export function decodeLine(line: string, isPlain = false): TelemetryEvent | TelemetryMetric {
  const parsed = parseLine(line, isPlain);
  if (!isAnyValueMap(parsed)) throw wrong('', 'an object', parsed);
  const { type, data, otel } = parsed;
  if (type !== 'event' && type !== 'metric') throw wrong('type', '"event" or "metric"', type);
  if (!isAnyValueMap(data)) throw wrong('data', 'an object', data);
  const time = timeOf(data.timestamp);
  return type === 'event' ? eventOf(data, time, otel) : metricOf(data, time, otel);
}

function eventOf(data: AnyValueMap, time: Timestamp, otel: AnyValue | undefined): TelemetryEvent {
  const eventType = eventTypeFromFile(data.event_type);
  if (eventType === undefined) throw wrong('event_type', 'info, warning, error or debug', data.event_type);
  const { metadata } = data;
  if (metadata !== null && metadata !== undefined && !isAnyValueMap(metadata))
    throw wrong('metadata', 'an object or null', metadata);
  const fields = {
    eventId: textOf(data, 'event_id'),
    timestamp: time.date,
    eventType,
    source: textOf(data, 'source'),
    message: textOf(data, 'message'),
    metadata: isAnyValueMap(metadata) ? mapFromJson(metadata) : undefined,
    otel: eventOtelOf(otel, time),
  };
  return new TelemetryEvent(fields, CHECKED);
}

function metricOf(data: AnyValueMap, time: Timestamp, otel: AnyValue | undefined): TelemetryMetric {
  const { unit, tags } = data;
  if (unit !== null && unit !== undefined && typeof unit !== 'string') throw wrong('unit', 'a string or null', unit);
  if (tags !== null && tags !== undefined && !isAnyValueMap(tags)) throw wrong('tags', 'an object or null', tags);
  const [known, types] = withoutTypes(otel);
  return new TelemetryMetric({
    metricId: textOf(data, 'metric_id'),
    timestamp: time.date,
    name: textOf(data, 'name'),
    value: valueOf(data.value),
    unit,
    tags: isAnyValueMap(tags) ? tagsFromLine(mapFromJson(tags), types) : undefined,
    otel: metricOtelOf(known, time),
  });
}

function timeOf(value: AnyValue | undefined): Timestamp {
  const time = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (time === undefined) throw wrong('timestamp', 'an ISO 8601 date and time', value);
  return time;
}

/** The `otel` part of a metric without what belongs to its tags, and that. */
export function withoutTypes(otel: AnyValue | undefined): readonly [otel: AnyValue | undefined, types: unknown] {
  if (!isAnyValueMap(otel) || otel[TAG_TYPES] === undefined) return [otel, undefined];
  const { [TAG_TYPES]: types, ...known } = otel;
  return [known, types];
}

function textOf(data: AnyValueMap, field: string): string {
  const value = data[field];
  if (typeof value !== 'string') throw wrong(field, 'a string', value);
  return value;
}

function valueOf(value: AnyValue | undefined): number {
  if (typeof value === 'number') return value;
  // how the parser leaves these, and integers too large to be exact
  if (value === 'NaN') return Number.NaN;
  if (typeof value === 'string' && /^-?(?:Infinity|\d+)$/.test(value)) return Number(value);
  throw wrong('value', 'a number', value);
}

function wrong(field: string, expected: string, value: unknown): TelemetryError {
  const where = field === '' ? 'the line' : `"${field}"`;
  return new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `RIMP line: expected ${where} to be ${expected}, got ${show(value)}`,
  );
}

/** Metadata or tags, from the JSON that `encodeMap` makes. */
export function decodeMap(text: string): AnyValueMap {
  const map: unknown = JSON.parse(text);
  return isAnyValueMap(map) ? mapFromJson(map) : {};
}
