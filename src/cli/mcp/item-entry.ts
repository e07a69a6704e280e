import { printable } from '../../codec/printable.js';
import type { TelemetryEvent } from '../../model/event.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import { spanDurationMillis } from '../../model/span.js';
import { pairsOfMap, quoted } from '../output/pairs.js';
import { millisText } from './millis.js';
import type { Entry } from './report.js';
import { type JsonMap, shortMap, shortText } from './shorten.js';

/** An item as an entry of an answer. */
export function itemEntry(item: TelemetryItem, maxCharacters: number): Entry {
  return isEvent(item) ? eventEntry(item, maxCharacters) : metricEntry(item, maxCharacters);
}

/** An event: a line with its time, type, source and message, and its metadata below. */
export function eventEntry(event: TelemetryEvent, maxCharacters: number): Entry {
  const data = eventData(event, maxCharacters);
  const { source, otel } = event;
  const about = [
    data.service === undefined ? '' : `service=${quoted(data.service)}`,
    otel?.traceId === undefined ? '' : `trace_id=${otel.traceId}`,
    otel?.spanId === undefined ? '' : `span_id=${otel.spanId}`,
    `id=${quoted(event.eventId)}`,
  ].filter((part) => part !== '');
  const text = data.message.split('\n', 1)[0] ?? '';
  const head = `${data.time} ${labelOf(event)} ${shortText(source, maxCharacters)}: ${text}${spanText(data)}`;
  return {
    lines: [
      printable(head),
      ...moreLines(data.message.split('\n').slice(1)),
      ...detailLines(data),
      `    ${printable(shortText(about.join(' '), 400))}`,
    ],
    data,
  };
}

/** What the structured answer has of an event. */
export interface EventData {
  readonly time: string;
  readonly type: string;
  readonly source: string;
  readonly service?: string;
  readonly message: string;
  /** Of a span. */
  readonly duration_ms?: number;
  /** What a span says of its failure. */
  readonly status?: string;
  readonly metadata?: JsonMap;
  /** The attributes of the last exception in a span. */
  readonly exception?: JsonMap;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly id: string;
}

/** An event as JSON, its long values cut. */
export function eventData(event: TelemetryEvent, maxCharacters: number): EventData {
  const { timestamp, eventType, source, message, metadata, eventId, otel } = event;
  const service = otel?.resource?.['service.name'];
  const span = otel?.span;
  const millis = spanDurationMillis(event);
  const exception = span?.events?.findLast(({ name }) => name === 'exception');
  return {
    time: timeText(timestamp),
    type: eventType,
    source: shortText(source, maxCharacters),
    ...(typeof service === 'string' && { service: shortText(service, 200) }),
    message: shortText(message, maxCharacters),
    ...(millis !== undefined && { duration_ms: millis }),
    ...(span?.status?.message !== undefined && { status: shortText(span.status.message, maxCharacters) }),
    ...(metadata !== undefined && { metadata: shortMap(metadata, maxCharacters) }),
    ...(exception?.attributes !== undefined && { exception: shortMap(exception.attributes, maxCharacters) }),
    ...(otel?.traceId !== undefined && { trace_id: otel.traceId }),
    ...(otel?.spanId !== undefined && { span_id: otel.spanId }),
    id: shortText(eventId, 200),
  };
}

/** What an event is: its type, and whether it is a span. */
export function labelOf(event: TelemetryEvent): string {
  return `${event.eventType.toUpperCase()}${event.otel?.span === undefined ? '' : ' SPAN'}`;
}

/** What follows a span's name: its duration, and what it says of its failure. */
export function spanText({ duration_ms, status }: EventData): string {
  if (duration_ms === undefined) return '';
  return ` [${millisText(duration_ms)}]${status === undefined ? '' : ` ${status}`}`;
}

/** The lines below an event: its metadata, and the exception in a span. */
export function detailLines({ metadata, exception }: EventData): string[] {
  return [metadata, exception].flatMap((map) => (map === undefined ? [] : mapLines(map)));
}

function metricEntry({ timestamp, name, value, unit, tags, metricId }: TelemetryMetric, maxCharacters: number): Entry {
  const data = {
    time: timeText(timestamp),
    type: 'metric',
    name: shortText(name, maxCharacters),
    value: Number.isFinite(value) ? value : String(value),
    ...(unit !== undefined && { unit: shortText(unit, 100) }),
    ...(tags !== undefined && { tags: shortMap(tags, maxCharacters) }),
    id: shortText(metricId, 200),
  };
  const pairs = tags === undefined ? '' : ` ${pairsText(data.tags ?? {})}`;
  return { lines: [printable(`${data.time} METRIC ${data.name} ${value} ${data.unit ?? ''}${pairs}`.trimEnd())], data };
}

/** Metadata as lines: short values on one, long texts of several lines on theirs. */
export function mapLines(map: JsonMap): string[] {
  const flat = pairsOfMap(map);
  const short = flat.filter(([, value]) => !value.includes('\n'));
  const long = flat.filter(([, value]) => value.includes('\n'));
  return [
    ...(short.length > 0 ? [`    ${printable(short.map(([key, value]) => `${key}=${quoted(value)}`).join(' '))}`] : []),
    ...long.flatMap(([key, value]) => [`    ${printable(key)}=`, ...moreLines(value.split('\n'))]),
  ];
}

function pairsText(map: JsonMap): string {
  return pairsOfMap(map)
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(' ');
}

/** Lines of others, each behind a bar: none can pass for one of ours. */
function moreLines(lines: readonly string[]): string[] {
  return lines.map((line) => `    | ${printable(line)}`.trimEnd());
}

/** A time as ISO 8601. */
export function timeText(time: Date | number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'no time' : date.toISOString();
}
