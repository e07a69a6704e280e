import type { AnyValueMap } from '../model/any-value.js';
import { CHECKED } from '../model/checked.js';
import { TelemetryEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { TelemetryMetric } from '../model/metric.js';
import type { Times } from '../model/query.js';
import { withoutTypes } from './json-line-decode.js';
import { isSettled } from './json-value.js';
import { eventOtelOf, metricOtelOf } from './otel-check.js';
import { tagsFromLine } from './tag-types.js';
import { type Timestamp, timestampOfParts } from './timestamp.js';

// the parts of a line: text without escapes, and a time in UTC
const TEXT = String.raw`"([^"\\\x00-\x1f]*)"`;
const TIME = String.raw`"([^".\\+]{19})(?:\.(\d{3})(\d{3})?)?(?:Z|\+00:00)?"`;
const TYPE = '"(info|warning|error|debug)"';
const NUMBER = String.raw`(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]\d{1,2})?)`;

// as this library writes most lines, up to the metadata or tags, and as Python does, with a space behind each sign
const EVENT_FIELDS = fields({ event_id: TEXT, timestamp: TIME, event_type: TYPE, source: TEXT, message: TEXT });
const EVENT = new RegExp(String.raw`^\{"type": ?"event", ?"data": ?\{${EVENT_FIELDS}, ?"metadata": ?`);
const METRIC_FIELDS = fields({
  metric_id: TEXT,
  timestamp: TIME,
  name: TEXT,
  value: NUMBER,
  unit: `(?:null|${TEXT})`,
});
const METRIC = new RegExp(String.raw`^\{"type": ?"metric", ?"data": ?\{${METRIC_FIELDS}, ?"tags": ?`);
// with metadata first: what stands before them, and all that follows
const METADATA_FIRST = /^\{"type": ?"event", ?"data": ?\{"metadata": ?/;
const BEHIND_METADATA = new RegExp(String.raw`${EVENT_FIELDS}\}\}$`, 'y');
const OTEL = '},"otel":{';

/**
 * The event or metric of a line that is exactly as this library or Python writes most of them. `undefined` if it is not:
 * then ask the general reader. `null` if it is of another time than the query wants. The line must hold no number that a
 * reader of JSON takes for another.
 */
export function decodeOwnLine(line: string, times: Times): TelemetryEvent | TelemetryMetric | null | undefined {
  try {
    const event = EVENT.exec(line);
    if (event !== null) return eventOf(event, times, line, event[0].length);
    const before = METADATA_FIRST.exec(line);
    if (before !== null) return metadataFirst(line, times, before[0].length);
    const metric = METRIC.exec(line);
    return metric === null ? undefined : metricOf(metric, times, line);
  } catch {
    return undefined;
  }
}

function fields(patterns: Readonly<Record<string, string>>): string {
  return Object.entries(patterns)
    .map(([name, pattern]) => `"${name}": ?${pattern}`)
    .join(', ?');
}

function eventOf(
  match: RegExpExecArray,
  times: Times,
  line: string,
  from: number,
  end?: number,
): TelemetryEvent | null | undefined {
  const time = timestampOfParts(match[2] as string, match[3], match[4]);
  if (time === undefined) return undefined;
  if (isBeyond(time, times)) return null;
  const [metadata, otel] = end === undefined ? tailOf(line, from) : [mapOf(line.slice(from, end)), undefined];
  const fields = {
    eventId: match[1],
    timestamp: time.date,
    eventType: match[5] as EventType,
    source: match[6] as string,
    message: match[7] as string,
    metadata,
    otel: eventOtelOf(otel, time),
  };
  return new TelemetryEvent(fields, CHECKED);
}

function metadataFirst(line: string, times: Times, from: number): TelemetryEvent | null | undefined {
  // metadata with such a key, or more than a space between, are for the general reader
  const at = line.indexOf('"event_id":', from);
  const end = line[at - 1] === ' ' ? at - 2 : at - 1;
  if (end <= from || line[end] !== ',') return undefined;
  BEHIND_METADATA.lastIndex = at;
  const match = BEHIND_METADATA.exec(line);
  return match === null ? undefined : eventOf(match, times, line, from, end);
}

function metricOf(match: RegExpExecArray, times: Times, line: string): TelemetryMetric | null | undefined {
  const time = timestampOfParts(match[2] as string, match[3], match[4]);
  if (time === undefined) return undefined;
  if (isBeyond(time, times)) return null;
  const [tags, given] = tailOf(line, match[0].length);
  const [otel, types] = withoutTypes(given);
  return new TelemetryMetric({
    metricId: match[1],
    timestamp: time.date,
    name: match[5] as string,
    value: Number(match[6]),
    unit: match[7],
    tags: tags && tagsFromLine(tags, types),
    otel: metricOtelOf(otel, time),
  });
}

function isBeyond({ date }: Timestamp, { startMillis, endMillis }: Times): boolean {
  const millis = date.getTime();
  return millis < startMillis || millis > endMillis;
}

/** Metadata or tags, and what OpenTelemetry knows; throws if the general reader has to look at them. */
function tailOf(line: string, start: number): [map: AnyValueMap | undefined, otel: AnyValueMap | undefined] {
  if (!line.endsWith('}}')) throw new SyntaxError('torn');
  const otelAt = line.indexOf(OTEL, start);
  if (otelAt >= 0) {
    return [mapOf(line.slice(start, otelAt)), JSON.parse(line.slice(otelAt + OTEL.length - 1, -1)) as AnyValueMap];
  }
  return [mapOf(line.slice(start, -2)), undefined];
}

function mapOf(text: string): AnyValueMap | undefined {
  if (text === 'null') return undefined;
  if (!text.startsWith('{')) throw new SyntaxError('no object');
  const map = JSON.parse(text) as AnyValueMap;
  if (!isSettled(map, 0)) throw new SyntaxError('not as this library writes it');
  return map;
}
