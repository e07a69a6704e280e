import type { AnyValueMap } from '../model/any-value.js';
import { TelemetryEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { type Tags, TelemetryMetric } from '../model/metric.js';
import type { Times } from '../model/query.js';

// a line as this library writes the most of them, up to the metadata or tags: times in milliseconds, nothing escaped
const EVENT =
  /^\{"type":"event","data":\{"event_id":"([^"\\]*)","timestamp":"([^".\\]{19})\.(\d{3})Z","event_type":"(info|warning|error|debug)","source":"([^"\\]*)","message":"([^"\\]*)","metadata":/;
const METRIC =
  /^\{"type":"metric","data":\{"metric_id":"([^"\\]*)","timestamp":"([^".\\]{19})\.(\d{3})Z","name":"([^"\\]*)","value":(-?\d+(?:\.\d+)?(?:e[+-]\d{1,2})?),"unit":(?:null|"([^"\\]*)"),"tags":/;
const OTEL = '},"otel":{';

/**
 * The event or metric of a line that is exactly as this library writes the most of them; `undefined` where it is not: then
 * the general reader is to be asked; null where it is of another time than is asked for. The line must hold no bytes, and no number that a reader of JSON takes for another.
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
  return new TelemetryEvent({
    eventId: match[1],
    timestamp: new Date(time),
    eventType: match[4] as EventType,
    source: match[5] as string,
    message: match[6] as string,
    metadata,
    otel,
  });
}

function metricOf(line: string, match: RegExpExecArray, time: number): TelemetryMetric | undefined {
  const [tags, otel] = tailOf(line, match[0].length);
  for (const key in tags) if (typeof tags[key] === 'object') return undefined;
  return new TelemetryMetric({
    metricId: match[1],
    timestamp: new Date(time),
    name: match[4] as string,
    value: Number(match[5]),
    unit: match[6],
    tags: tags as Tags | undefined,
    otel,
  });
}

/** Metadata or tags, and what OpenTelemetry knows; throws where the split was in the wrong place. */
function tailOf(line: string, start: number): [map: AnyValueMap | undefined, otel: AnyValueMap | undefined] {
  const otelAt = line.indexOf(OTEL, start);
  if (otelAt >= 0) {
    return [mapOf(line.slice(start, otelAt)), JSON.parse(line.slice(otelAt + OTEL.length - 1, -1)) as AnyValueMap];
  }
  if (!line.endsWith('}}')) throw new SyntaxError('torn');
  return [mapOf(line.slice(start, -2)), undefined];
}

function mapOf(text: string): AnyValueMap | undefined {
  if (text === 'null') return undefined;
  if (!text.startsWith('{')) throw new SyntaxError('no object');
  return JSON.parse(text) as AnyValueMap;
}

let lastSecond = '';
let lastMillis = 0;

/** Milliseconds since the Unix epoch; `undefined` where the text is no time. */
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
