import { decodeLine } from '../../codec/json-line-decode.js';
import { encodeEvent, encodeMap } from '../../codec/json-line-encode.js';
import { eventOtelOf } from '../../codec/otel-check.js';
import type { AnyValueMap } from '../../model/any-value.js';
import { TelemetryEvent } from '../../model/event.js';
import { EventType, eventTypeFromWord } from '../../model/event-type.js';
import type { TelemetryItem } from '../../model/item.js';
import type { EventOtel } from '../../model/otel-fields.js';
import { eventTypeOf, severityOf, severityTextOf } from '../../model/severity.js';
import { hasOwnNames, isIllFormed, mapOf, OWN, rowText, type Texts, textsOf, wellFormed } from './attributes.js';
import { columnTime, millisOf } from './times.js';

/** The columns that an event fills, in the order of its row. The one of event names came with v0.151 of the exporter. */
export const EVENT_COLUMNS = [
  'Timestamp',
  'TraceId',
  'SpanId',
  'TraceFlags',
  'SeverityText',
  'SeverityNumber',
  'ServiceName',
  'Body',
  'ResourceAttributes',
  'ScopeName',
  'ScopeVersion',
  'ScopeAttributes',
  'LogAttributes',
  'EventName',
] as const;

/** A row of events as it is read. */
export interface EventRow {
  readonly Timestamp: string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly TraceFlags: number;
  readonly SeverityText: string;
  readonly SeverityNumber: number;
  readonly ServiceName: string;
  readonly Body: string;
  readonly ResourceAttributes: Texts;
  readonly ScopeName: string;
  readonly ScopeVersion: string;
  readonly ScopeAttributes: Texts;
  readonly LogAttributes: Texts;
  readonly EventName: string;
}

/** What a row says of its fields; a row without it is somebody else's. */
interface Shape {
  /** Fields of the event and its `otel` part that columns hold. */
  readonly has: readonly string[];
  /** The keys of maps whose texts are JSON. */
  readonly metadata?: readonly string[] | undefined;
  readonly resource?: readonly string[] | undefined;
  readonly scope?: readonly string[] | undefined;
}

/** Fields of `otel` that a column of text holds. */
const TEXT_COLUMNS = {
  traceId: 'TraceId',
  spanId: 'SpanId',
  severityText: 'SeverityText',
  eventName: 'EventName',
  scopeName: 'ScopeName',
  scopeVersion: 'ScopeVersion',
} as const satisfies Partial<Record<keyof EventOtel, keyof EventRow>>;
const MAX_BYTE = 255;

/**
 * The row of an event.
 *
 * @param seq - its place in the order of arrival.
 * @param hasEventName - whether the table has that column.
 * @throws TypeError if the event holds what JSON can't.
 */
export function eventRow(event: TelemetryEvent, seq: string, hasEventName: boolean): string {
  const { otel = {}, metadata } = event;
  const time = columnTime(event.timestamp, otel.timeUnixNano);
  const severity = severityOf(event);
  const number = Math.floor(Math.min(Math.max(0, Number(severity) || 0), MAX_BYTE));
  const attributes = textsOf(metadata);
  const resource = textsOf(mapOrNothing(otel.resource));
  const scope = textsOf(mapOrNothing(otel.scopeAttributes));
  const has: string[] = metadata === undefined ? [] : ['metadata'];
  const { traceId, traceFlags } = otel;
  const rest: Record<string, unknown> = {};
  for (const field of Object.keys(otel) as (keyof EventOtel)[]) {
    const isHeld = field === 'timeUnixNano' ? time.isNano : isColumns(otel, field, number, hasEventName);
    if (isHeld) has.push(field);
    // ids of other case are found in lower case
    if (!isHeld || (field === 'traceId' && traceId !== traceId?.toLowerCase())) rest[field] = otel[field];
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const hasOwn = hasOwnNames(attributes, resource, scope);
  // no copy: each has about as many entries as the attributes themselves
  const own = attributes.texts;
  own[OWN.id] = event.eventId;
  own[OWN.seq] = seq;
  const shape: Shape = { has, metadata: attributes.json, resource: resource.json, scope: scope.json };
  own[OWN.shape] = JSON.stringify(shape);
  if (event.otel !== undefined) {
    const json = encodeMap(rest);
    if (json !== '{}' || has.every((field) => field === 'metadata')) own[OWN.otel] = json;
  }
  if (typeof otel.scopeName === 'string') own[OWN.source] = event.source;
  if (eventTypeOf(number) !== event.eventType) own[OWN.type] = event.eventType;
  const service = resource.texts['service.name'];
  const cells = [
    text(traceId).toLowerCase(),
    text(otel.spanId),
    isByte(traceFlags) ? traceFlags : 0,
    typeof otel.severityText === 'string' ? otel.severityText : severityTextOf(event.eventType),
    number,
    typeof service === 'string' ? service : event.source,
    event.message,
    resource.texts,
    typeof otel.scopeName === 'string' ? otel.scopeName : event.source,
    text(otel.scopeVersion),
    scope.texts,
    own,
    ...(hasEventName ? [text(otel.eventName)] : []),
  ];
  const build = (): string => rowText([time.nanos], cells);
  const row = build();
  const isIll = isIllFormed(row);
  if (!isIll && time.isExact && !hasOwn) return row;
  own[OWN.line] = encodeEvent(event);
  return isIll ? wellFormed(build()) : build();
}

/** Whether the field is one that its column gives back as it is. */
function isColumns(otel: EventOtel, field: keyof EventOtel, number: number, hasEventName: boolean): boolean {
  const value: unknown = otel[field];
  if (Object.hasOwn(TEXT_COLUMNS, field)) return typeof value === 'string' && (field !== 'eventName' || hasEventName);
  if (field === 'resource' || field === 'scopeAttributes') return mapOrNothing(value) !== undefined;
  return field === 'traceFlags' ? isByte(value) : field === 'severityNumber' && value === number;
}

/** The event of a row; of somebody else's row with an id that the row gives. */
export function eventOfRow(row: EventRow, idOfRow: () => string): TelemetryItem {
  const { LogAttributes: attributes } = row;
  const line = attributes[OWN.line];
  if (line !== undefined) return decodeLine(line);
  const shapeText = attributes[OWN.shape];
  if (shapeText === undefined) return foreignEvent(row, idOfRow);
  const shape = JSON.parse(shapeText) as Shape;
  const has = new Set(shape.has);
  const timestamp = new Date(millisOf(row.Timestamp));
  const rest = attributes[OWN.otel];
  const otel: Record<string, unknown> = rest === undefined ? {} : (JSON.parse(rest) as Record<string, unknown>);
  for (const [field, column] of Object.entries(TEXT_COLUMNS))
    if (has.has(field) && !Object.hasOwn(otel, field)) otel[field] = row[column];
  if (has.has('traceFlags')) otel.traceFlags = row.TraceFlags;
  if (has.has('severityNumber')) otel.severityNumber = row.SeverityNumber;
  if (has.has('timeUnixNano')) otel.timeUnixNano = row.Timestamp;
  if (has.has('resource')) otel.resource = mapOf(row.ResourceAttributes, shape.resource);
  if (has.has('scopeAttributes')) otel.scopeAttributes = mapOf(row.ScopeAttributes, shape.scope);
  const hasOtel = rest !== undefined || shape.has.some((field) => field !== 'metadata');
  return new TelemetryEvent({
    eventId: attributes[OWN.id],
    timestamp,
    eventType: (attributes[OWN.type] as EventType | undefined) ?? eventTypeOf(row.SeverityNumber),
    source: attributes[OWN.source] ?? row.ScopeName,
    message: row.Body,
    metadata: has.has('metadata') ? mapOf(attributes, shape.metadata) : undefined,
    otel: hasOtel ? eventOtelOf(otel, { date: timestamp }) : undefined,
  });
}

/** What the Collector, or anybody else, wrote. */
function foreignEvent(row: EventRow, idOfRow: () => string): TelemetryEvent {
  const { LogAttributes: attributes, ScopeName, ServiceName, SeverityNumber, SeverityText } = row;
  const timestamp = new Date(millisOf(row.Timestamp));
  const eventType = eventTypeOf(SeverityNumber) ?? eventTypeFromWord(SeverityText) ?? EventType.INFO;
  const otel: Record<string, unknown> = { timeUnixNano: row.Timestamp };
  for (const [field, column] of Object.entries(TEXT_COLUMNS)) if (row[column]) otel[field] = row[column];
  if (row.TraceId !== '') otel.traceFlags = row.TraceFlags;
  if (SeverityNumber !== 0) otel.severityNumber = SeverityNumber;
  const resource = mapOf(row.ResourceAttributes);
  const scope = mapOf(row.ScopeAttributes);
  const metadata = mapOf(attributes);
  if (!isEmpty(resource)) otel.resource = resource;
  if (!isEmpty(scope)) otel.scopeAttributes = scope;
  return new TelemetryEvent({
    eventId: attributes[OWN.id] ?? idOfRow(),
    timestamp,
    eventType,
    source: attributes[OWN.source] ?? (ScopeName || ServiceName || 'unknown'),
    message: row.Body,
    metadata: isEmpty(metadata) ? undefined : metadata,
    otel: eventOtelOf(otel, { date: timestamp }),
  });
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_BYTE && !Object.is(value, -0);
}

function mapOrNothing(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
    ? value
    : undefined;
}

function isEmpty(map: AnyValueMap): boolean {
  return Object.keys(map).length === 0;
}
