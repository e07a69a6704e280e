import type { AnyValueMap } from '../model/any-value.js';
import { TelemetryEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { TelemetryMetric } from '../model/metric.js';
import type { Times } from '../model/query.js';
import { withoutTypes } from './json-line-decode.js';
import { isSettled } from './json-value.js';
import { eventOtelOf, metricOtelOf } from './otel-check.js';
import { tagsFromLine } from './tag-types.js';

// a line as this library writes most of them, up to the metadata or tags: times in milliseconds, nothing escaped
const EVENT =
  // oxlint-disable-next-line no-control-regex -- JSON has no bare control characters (RFC 8259, section 7)
  /^\{"type":"event","data":\{"event_id":"([^"\\\x00-\x1f]*)","timestamp":"([^".\\]{19})\.(\d{3})Z","event_type":"(info|warning|error|debug)","source":"([^"\\\x00-\x1f]*)","message":"([^"\\\x00-\x1f]*)","metadata":/;
const METRIC =
  // oxlint-disable-next-line no-control-regex -- likewise
  /^\{"type":"metric","data":\{"metric_id":"([^"\\\x00-\x1f]*)","timestamp":"([^".\\]{19})\.(\d{3})Z","name":"([^"\\\x00-\x1f]*)","value":(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]\d{1,2})?),"unit":(?:null|"([^"\\\x00-\x1f]*)"),"tags":/;
const OTEL = '},"otel":{';

/**
 * The event or metric of a line that is exactly as this library writes most of them. `undefined` if it is not: then ask
 * the general reader. `null` if it is of another time than the query wants. The line must hold no number that a reader
 * of JSON takes for another.
 */
export function decodeOwnLine(line: string, times: Times): TelemetryEvent | TelemetryMetric | null | undefined {
  try {
    const event = EVENT.exec(line);
    const match = event ?? METRIC.exec(line);
    if (match === null) return undefined;
    const time = timeOf(match[2] as string, match[3] as string);
    if (time === undefined) return undefined;
    if (time < times.startMillis || time > times.endMillis) return null;
    return event === null ? metricOf(line, match, time) : eventOf(line, match, time);
  } catch {
    return undefined;
  }
}

function eventOf(line: string, match: RegExpExecArray, time: number): TelemetryEvent {
  const [metadata, otel] = tailOf(line, match[0].length);
  const date = new Date(time);
  return new TelemetryEvent({
    eventId: match[1],
    timestamp: date,
    eventType: match[4] as EventType,
    source: match[5] as string,
    message: match[6] as string,
    metadata,
    otel: eventOtelOf(otel, { date }),
  });
}

function metricOf(line: string, match: RegExpExecArray, time: number): TelemetryMetric {
  const [tags, given] = tailOf(line, match[0].length);
  const [otel, types] = withoutTypes(given);
  const date = new Date(time);
  return new TelemetryMetric({
    metricId: match[1],
    timestamp: date,
    name: match[4] as string,
    value: Number(match[5]),
    unit: match[6],
    tags: tags && tagsFromLine(tags, types),
    otel: metricOtelOf(otel, { date }),
  });
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

let lastSecond = '';
let lastMillis = 0;

/** Milliseconds since the Unix epoch; `undefined` if the text is no time. */
function timeOf(second: string, millis: string): number | undefined {
  if (second !== lastSecond) {
    const start = Date.parse(`${second}Z`);
    // Date.parse takes February 30 for March 2
    if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 19) !== second) return undefined;
    // a copy: a slice would keep the whole text that it was cut from
    lastSecond = JSON.parse(`"${second}"`) as string;
    lastMillis = start;
  }
  return lastMillis + Number(millis);
}
