import type { AnyValue, AnyValueMap } from '../model/any-value.js';
import { show, TelemetryError } from '../model/errors.js';
import { TelemetryEvent } from '../model/event.js';
import { eventTypeFromFile } from '../model/event-type.js';
import { type Tags, type TagValue, TelemetryMetric } from '../model/metric.js';
import { base64ToBytes } from './base64.js';
import { setOwn } from './normalise.js';
import { parseTimestamp, type Timestamp } from './timestamp.js';

/**
 * The event or metric of one line of a RIMP file, Python's or ours.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` that says what was expected and what came.
 */
export function decodeLine(line: string): TelemetryEvent | TelemetryMetric {
  const parsed = parse(line);
  if (!isMap(parsed)) throw wrong('', 'an object', parsed);
  const { type, data } = parsed;
  if (type !== 'event' && type !== 'metric') throw wrong('type', '"event" or "metric"', type);
  if (!isMap(data)) throw wrong('data', 'an object', data);
  const time = timeOf(data.timestamp);
  const otel = otelOf(parsed.otel, time);
  return type === 'event' ? eventOf(data, time, otel) : metricOf(data, time, otel);
}

function eventOf(data: AnyValueMap, time: Timestamp, otel: object | undefined): TelemetryEvent {
  const eventType = eventTypeFromFile(data.event_type);
  if (eventType === undefined) throw wrong('event_type', 'info, warning, error or debug', data.event_type);
  const { metadata } = data;
  if (metadata !== null && metadata !== undefined && !isMap(metadata))
    throw wrong('metadata', 'an object or null', metadata);
  return new TelemetryEvent({
    eventId: textOf(data, 'event_id'),
    timestamp: time.date,
    eventType,
    source: textOf(data, 'source'),
    message: textOf(data, 'message'),
    metadata,
    otel,
  });
}

function metricOf(data: AnyValueMap, time: Timestamp, otel: object | undefined): TelemetryMetric {
  const { unit, tags } = data;
  if (unit !== null && unit !== undefined && typeof unit !== 'string') throw wrong('unit', 'a string or null', unit);
  if (tags !== null && tags !== undefined && !isMap(tags)) throw wrong('tags', 'an object or null', tags);
  return new TelemetryMetric({
    metricId: textOf(data, 'metric_id'),
    timestamp: time.date,
    name: textOf(data, 'name'),
    value: valueOf(data.value),
    unit,
    tags: isMap(tags) ? tagsOf(tags) : undefined,
    otel,
  });
}

function timeOf(value: AnyValue | undefined): Timestamp {
  const time = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (time === undefined) throw wrong('timestamp', 'an ISO 8601 date and time', value);
  return time;
}

function otelOf(otel: AnyValue | undefined, time: Timestamp): object | undefined {
  if (!isMap(otel)) return time.timeUnixNano === undefined ? undefined : { timeUnixNano: time.timeUnixNano };
  return time.timeUnixNano === undefined ? otel : { ...otel, timeUnixNano: time.timeUnixNano };
}

function textOf(data: AnyValueMap, field: string): string {
  const value = data[field];
  if (typeof value !== 'string') throw wrong(field, 'a string', value);
  return value;
}

function valueOf(value: AnyValue | undefined): number {
  if (typeof value === 'number') return value;
  // how the pass for what JSON doesn't know leaves these, and integers too large to be exact
  if (value === 'NaN') return Number.NaN;
  if (typeof value === 'string' && /^-?(?:Infinity|\d+)$/.test(value)) return Number(value);
  throw wrong('value', 'a number', value);
}

function tagsOf(tags: AnyValueMap): Tags {
  const built: Record<string, TagValue> = {};
  for (const key of Object.keys(tags)) {
    const value = tags[key];
    if (value === null || value === undefined) continue;
    setOwn(built, key, typeof value === 'object' ? JSON.stringify(value) : value);
  }
  return built;
}

/** Tokens outside which nothing of interest occurs: strings whole, so that their contents are left alone. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function parse(line: string): unknown {
  let parsed: unknown;
  // an integer of sixteen digits may be larger than a number holds exactly
  if (/[:[,]\s*-?\d{16,}/.test(line)) {
    parsed = parseJson(beyondJson(line));
  } else {
    try {
      parsed = JSON.parse(line);
    } catch {
      parsed = parseJson(beyondJson(line));
    }
  }
  if (line.includes('"bytesValue"')) parsed = withBytes(parsed as AnyValue);
  return line.includes('e999') ? withoutInfinity(parsed as AnyValue, 0) : parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `RIMP line: expected JSON, got ${show(text)}`, { cause: error });
  }
}

/** Puts into quotes what Python's JSON has and JSON hasn't, and the integers that a number would not hold exactly. */
function beyondJson(line: string): string {
  return line.replace(TOKENS, (token) => {
    if (token.startsWith('"')) return token;
    if (token.endsWith('y') || token === 'NaN') return `"${token}"`;
    return /^-?\d{16,}$/.test(token) && String(Number(token)) !== token ? `"${token}"` : token;
  });
}

/** Metadata, tags or what OpenTelemetry knows, from the JSON that `encodeMap` makes. */
export function decodeMap(text: string): AnyValueMap {
  const map = JSON.parse(text) as AnyValueMap;
  return text.includes('"bytesValue"') ? (withBytes(map) as AnyValueMap) : map;
}

function withBytes(value: AnyValue): AnyValue {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withBytes);
  const map = value as AnyValueMap;
  const keys = Object.keys(map);
  const only = keys.length === 1 ? map.bytesValue : undefined;
  const bytes = typeof only === 'string' ? base64ToBytes(only) : undefined;
  if (bytes !== undefined) return bytes;
  const copy: Record<string, AnyValue> = {};
  for (const key of keys) setOwn(copy, key, withBytes(map[key] as AnyValue));
  return copy;
}

/** In metadata and tags infinity is text, as it is when it comes from a call site; a metric's value stays a number. */
function withoutInfinity(value: AnyValue, depth: number): AnyValue {
  if (typeof value === 'number') return Number.isFinite(value) || depth === 2 ? value : String(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => withoutInfinity(item, depth + 1));
  const copy: Record<string, AnyValue> = {};
  for (const key of Object.keys(value))
    setOwn(copy, key, withoutInfinity((value as AnyValueMap)[key] as AnyValue, depth + 1));
  return copy;
}

function isMap(value: unknown): value is AnyValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function wrong(field: string, expected: string, value: unknown): TelemetryError {
  const where = field === '' ? 'the line' : `"${field}"`;
  return new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `RIMP line: expected ${where} to be ${expected}, got ${show(value)}`,
  );
}
