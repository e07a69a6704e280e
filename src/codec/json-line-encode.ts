import type { AnyValueMap } from '../model/any-value.js';
import type { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { EventOtel } from '../model/otel-fields.js';
import { bytesToBase64 } from './base64.js';
import { flat, flatJson, needsEscapes, quote } from './flat-json.js';
import { TAG_TYPES, textTagsOf } from './tag-types.js';
import { formatTimestamp } from './timestamp.js';

/** Characters of what is kept for the next line. */
const MAX_KEPT = 4_096;

/**
 * An event as one line of a RIMP file, without the newline: the six fields that the Python original knows in `data`,
 * and what OpenTelemetry knows beyond in `otel`, which it ignores.
 *
 * @throws TypeError if metadata made by hand hold what JSON can't.
 */
export function encodeEvent(event: TelemetryEvent): string {
  const { eventId, message, timestamp, otel } = event;
  const middle = `","timestamp":"${formatTimestamp(timestamp, otel?.timeUnixNano)}${middleOf(event)}`;
  const end = `","metadata":${metadataOf(event.metadata)}${otel === undefined ? '}}' : endOf(otel)}`;
  // to look at both at once costs half, as does putting few pieces together
  return needsEscapes(eventId + message)
    ? `{"type":"event","data":{"event_id":"${escaped(eventId)}${middle}${escaped(message)}${end}`
    : `{"type":"event","data":{"event_id":"${eventId}${middle}${message}${end}`;
}

/** Text as it stands between quotation marks in JSON. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Metadata as JSON. */
function metadataOf(metadata: AnyValueMap | undefined): string {
  return metadata === undefined ? 'null' : (flatJson(metadata) ?? encodeMap(metadata));
}

let lastType: string | undefined;
let lastSource = '';
let lastMiddle = '';

/** What is between time and message: mostly that of the event before. */
function middleOf({ eventType, source }: TelemetryEvent): string {
  if (source === lastSource && eventType === lastType) return lastMiddle;
  const middle = `","event_type":"${eventType}","source":${quote(source)},"message":"`;
  if (source.length > MAX_KEPT) return middle;
  lastType = eventType;
  lastSource = source;
  lastMiddle = flat(middle);
  return lastMiddle;
}

let lastOtel: object | undefined;
let lastEnd = '';

/** What is behind the metadata: events without a span share their part `otel`, which nothing changes any more. */
function endOf(otel: EventOtel): string {
  if (otel === lastOtel) return lastEnd;
  const end = `}${encodeOtel(otel)}}`;
  if (end.length > MAX_KEPT || !isSettled(otel)) return end;
  lastOtel = otel;
  lastEnd = flat(end);
  return lastEnd;
}

/** Whether a part `otel` holds a resource alone, and nobody can change either. */
function isSettled(otel: EventOtel): boolean {
  const { resource } = otel;
  if (resource === undefined || !Object.isFrozen(otel) || !Object.isFrozen(resource)) return false;
  return Object.keys(otel).length === 1 && Object.values(resource).every((value) => typeof value !== 'object');
}

/**
 * A metric as one line of a RIMP file, without the newline; its tags as text, as the original has no others, with their
 * types in `otel`.
 */
export function encodeMetric(metric: TelemetryMetric): string {
  const { otel } = metric;
  const text = metric.tags && textTagsOf(metric.tags);
  const head = `{"type":"metric","data":{"metric_id":${quote(metric.metricId)},"timestamp":"${formatTimestamp(metric.timestamp, otel?.timeUnixNano)}","name":${quote(metric.name)},"value":${encodeNumber(metric.value)},"unit":${metric.unit === undefined ? 'null' : quote(metric.unit)},"tags":${stringify(text === undefined ? metric.tags : text.tags)}}`;
  return `${head}${encodeOtel(text === undefined ? otel : { ...otel, [TAG_TYPES]: text.types })}}`;
}

/** A number as both readers take it: Python writes and reads a bare NaN, and reads 1e999 as infinity as we do. */
function encodeNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '1e999' : '-1e999';
}

function encodeOtel(otel: object | undefined): string {
  if (otel === undefined) return '';
  const { timeUnixNano: _inTheTimestamp, ...rest } = otel as { timeUnixNano?: string };
  const text = stringify(rest);
  return text === '{}' ? '' : `,"otel":${text}`;
}

function stringify(value: object | undefined): string {
  return value === undefined ? 'null' : encodeMap(value);
}

/**
 * Metadata, tags or what OpenTelemetry knows as JSON; bytes as OTLP/JSON has them.
 *
 * @throws TypeError if it holds what JSON can't.
 */
export function encodeMap(value: object): string {
  return JSON.stringify(value, holdsBytes(value) ? bytesAsBase64 : undefined);
}

function bytesAsBase64(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytesValue: bytesToBase64(value) } : value;
}

/** Whether there are bytes in a map or an array. */
export function holdsBytes(value: object): boolean {
  if (value instanceof Uint8Array) return true;
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null && holdsBytes(inner)) return true;
  }
  return false;
}
