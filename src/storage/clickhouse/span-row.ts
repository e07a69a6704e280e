import { encodeEvent, encodeMap } from '../../codec/json-line-encode.js';
import { isSpanDetail } from '../../codec/span-check.js';
import { isAnyValueMap } from '../../model/any-value.js';
import type { TelemetryEvent } from '../../model/event.js';
import { EventType } from '../../model/event-type.js';
import type { EventOtel, SpanDetail } from '../../model/otel-fields.js';
import { hasOwnNames, isIllFormed, OWN, rowText, type Texts, textsOf, wellFormed } from './attributes.js';
import { partCells } from './span-parts.js';
import { columnTime } from './times.js';

/** The columns that a span fills, in the order of its row; tables of earlier versions of the exporter lack those of scopes. */
export const SPAN_COLUMNS = [
  'Timestamp',
  'Duration',
  'Events.Timestamp',
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'TraceState',
  'SpanName',
  'SpanKind',
  'ServiceName',
  'ResourceAttributes',
  'SpanAttributes',
  'StatusCode',
  'StatusMessage',
  'Events.Name',
  'Events.Attributes',
  'Links.TraceId',
  'Links.SpanId',
  'Links.TraceState',
  'Links.Attributes',
  'ScopeName',
  'ScopeVersion',
] as const;

/** A row of spans as it is read: numbers as text. */
export type SpanRow = Readonly<
  Record<Exclude<(typeof SPAN_COLUMNS)[number], MapColumn | ListColumn | MapListColumn>, string> &
    Record<MapColumn, Texts> &
    Record<ListColumn, readonly string[]> &
    Record<MapListColumn, readonly Texts[]>
>;
type MapColumn = 'ResourceAttributes' | 'SpanAttributes';
type ListColumn = 'Events.Timestamp' | 'Events.Name' | 'Links.TraceId' | 'Links.SpanId' | 'Links.TraceState';
type MapListColumn = 'Events.Attributes' | 'Links.Attributes';

/** What a row says of its fields; a row without it is somebody else's. */
export interface Shape {
  /** Fields of the event, its `otel` part and its span that columns hold; `traceFlags`: they are 1. */
  readonly has: readonly string[];
  /** The keys of maps whose texts are JSON. */
  readonly metadata?: readonly string[] | undefined;
  readonly resource?: readonly string[] | undefined;
}

/** The trace flags of a sampled span, whose shape names them. */
export const SAMPLED = 1;
const MAX_DURATION = 2n ** 63n - 1n;
/** The exporter's words for OTLP's. */
const CODES = { ok: 'Ok', error: 'Error' } as const;

/** Whether an event is a span, which has a table of its own. */
export function isSpan({ otel }: TelemetryEvent): boolean {
  return otel?.span !== undefined && isSpanDetail(otel.span);
}

/**
 * The row of a span.
 *
 * @param seq - its place in the order of arrival.
 * @param hasScope - whether the table has columns for the scope.
 * @throws TypeError if the event holds what JSON can't.
 */
export function spanRow(event: TelemetryEvent, seq: string, hasScope: boolean): string {
  const { otel = {}, metadata, source } = event;
  const span = otel.span as SpanDetail;
  const time = columnTime(event.timestamp, otel.timeUnixNano);
  const attributes = textsOf(metadata);
  const resource = textsOf(isAnyValueMap(otel.resource) ? otel.resource : undefined);
  const parts = partCells(span);
  const rest: Record<string, unknown> = { ...otel };
  const left: Record<string, unknown> = { ...span };
  const has: string[] = metadata === undefined ? [] : ['metadata'];
  const held = (from: Record<string, unknown>, field: keyof EventOtel | keyof SpanDetail, isHeld: boolean): void => {
    if (!isHeld || from[field] === undefined) return;
    has.push(field);
    delete from[field];
  };
  const duration = BigInt(span.endTimeUnixNano) - BigInt(time.nanos);
  const isInColumn = duration >= 0n && duration <= MAX_DURATION;
  const { traceId } = otel;
  held(rest, 'traceId', typeof traceId === 'string');
  if (typeof traceId === 'string' && traceId !== traceId.toLowerCase()) rest.traceId = traceId;
  held(rest, 'spanId', typeof otel.spanId === 'string');
  held(rest, 'traceFlags', otel.traceFlags === SAMPLED);
  held(rest, 'scopeName', hasScope && typeof otel.scopeName === 'string');
  held(rest, 'scopeVersion', hasScope && typeof otel.scopeVersion === 'string');
  held(rest, 'resource', isAnyValueMap(otel.resource));
  held(rest, 'timeUnixNano', time.isNano);
  held(left, 'endTimeUnixNano', isInColumn && /^[1-9]/.test(span.endTimeUnixNano));
  held(left, 'kind', true);
  held(left, 'parentSpanId', true);
  held(left, 'traceState', span.traceState !== '');
  held(left, 'status', span.status !== undefined && isPlainStatus(span.status));
  held(left, 'events', parts.holdsEvents);
  held(left, 'links', parts.holdsLinks);
  if (Object.keys(left).length > 0) rest.span = left;
  else delete rest.span;
  const own: Record<string, string> = { [OWN.id]: event.eventId, [OWN.seq]: seq };
  own[OWN.shape] = JSON.stringify({ has, metadata: attributes.json, resource: resource.json } satisfies Shape);
  const json = encodeMap(rest);
  if (json !== '{}') own[OWN.otel] = json;
  if (!hasScope || typeof otel.scopeName === 'string') own[OWN.source] = source;
  if (event.eventType !== typeOf(span.status?.code)) own[OWN.type] = event.eventType;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const map = { ...attributes.texts, ...own };
  const cells = [
    text(traceId).toLowerCase(),
    text(otel.spanId),
    text(span.parentSpanId),
    text(span.traceState),
    event.message,
    `${span.kind.charAt(0).toUpperCase()}${span.kind.slice(1)}`,
    resource.texts['service.name'] ?? source,
    resource.texts,
    map,
    span.status === undefined ? 'Unset' : CODES[span.status.code],
    text(span.status?.message),
    parts.eventNames,
    parts.eventAttributes,
    parts.linkTraceIds,
    parts.linkSpanIds,
    parts.linkTraceStates,
    parts.linkAttributes,
    ...(hasScope ? [typeof otel.scopeName === 'string' ? otel.scopeName : source, text(otel.scopeVersion)] : []),
  ];
  const numbers = [time.nanos, String(isInColumn ? duration : 0n), `[${parts.eventTimes.join(',')}]`];
  const build = (): string => rowText(numbers, cells);
  const row = build();
  const isIll = isIllFormed(row);
  if (!isIll && time.isExact && !hasOwnNames(attributes, resource)) return row;
  map[OWN.line] = encodeEvent(event);
  return isIll ? wellFormed(build()) : build();
}

/** The type of a span's event, by its status. */
export function typeOf(code: string | undefined): EventType {
  return code === 'error' ? EventType.ERROR : EventType.INFO;
}

/** Whether a status is nothing but what its two columns say. */
function isPlainStatus(status: NonNullable<SpanDetail['status']>): boolean {
  return status.message !== '' && Object.keys(status).every((key) => key === 'code' || key === 'message');
}
