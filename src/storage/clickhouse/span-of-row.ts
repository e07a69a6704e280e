import { decodeLine } from '../../codec/json-line-decode.js';
import { eventOtelOf } from '../../codec/otel-check.js';
import { TelemetryEvent } from '../../model/event.js';
import type { EventType } from '../../model/event-type.js';
import type { TelemetryItem } from '../../model/item.js';
import { mapOf, OWN } from './attributes.js';
import { eventsOf, linksOf } from './span-parts.js';
import { SAMPLED, type Shape, type SpanRow, typeOf } from './span-row.js';
import { millisOf } from './times.js';

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
/** What the exporter put before its words in earlier versions. */
const EARLIER = /^(?:SPAN_KIND|STATUS_CODE)_/;

/** The event of a row; of somebody else's row with an id that the row gives. */
export function spanOfRow(row: SpanRow, idOfRow: () => string): TelemetryItem {
  const { SpanAttributes: attributes } = row;
  const line = attributes[OWN.line];
  if (line !== undefined) return decodeLine(line);
  const shapeText = attributes[OWN.shape];
  if (shapeText === undefined) return foreignSpan(row, idOfRow);
  const { has: held, ...shape } = JSON.parse(shapeText) as Shape;
  const has = new Set(held);
  const timestamp = new Date(millisOf(row.Timestamp));
  const rest = JSON.parse(attributes[OWN.otel] ?? '{}') as Record<string, unknown>;
  const from: Record<string, unknown> = {
    traceId: row.TraceId,
    spanId: row.SpanId,
    traceFlags: SAMPLED,
    scopeName: row.ScopeName,
    scopeVersion: row.ScopeVersion,
    timeUnixNano: row.Timestamp,
    resource: has.has('resource') ? mapOf(row.ResourceAttributes, shape.resource) : undefined,
  };
  const otel: Record<string, unknown> = { ...chosen(from, has), ...rest };
  otel.span = { ...chosen(detailOf(row), has), ...(rest.span as object | undefined) };
  return new TelemetryEvent({
    eventId: attributes[OWN.id],
    timestamp,
    eventType: (attributes[OWN.type] as EventType | undefined) ?? typeOf(wordOf(row.StatusCode)),
    source: attributes[OWN.source] ?? row.ScopeName,
    message: row.SpanName,
    metadata: has.has('metadata') ? mapOf(attributes, shape.metadata) : undefined,
    otel: eventOtelOf(otel, { date: timestamp }),
  });
}

/** What the Collector, or anybody else, wrote. */
function foreignSpan(row: SpanRow, idOfRow: () => string): TelemetryEvent {
  const { SpanAttributes: attributes, ServiceName, Timestamp } = row;
  const timestamp = new Date(millisOf(Timestamp));
  // earlier versions of the exporter have the scope among the attributes
  const scopeName = row.ScopeName || attributes['otel.scope.name'] || attributes['otel.library.name'] || '';
  const scopeVersion = row.ScopeVersion || attributes['otel.scope.version'] || attributes['otel.library.version'] || '';
  const source = attributes[OWN.source] ?? (scopeName || ServiceName || 'unknown');
  const resource = mapOf(row.ResourceAttributes);
  const metadata = mapOf(attributes);
  const detail = detailOf(row);
  const empty = (map: object): boolean => Object.keys(map).length === 0;
  const otel: Record<string, unknown> = {
    ...(row.TraceId !== '' && { traceId: row.TraceId, spanId: row.SpanId }),
    ...(scopeName !== '' && scopeName !== source && { scopeName }),
    ...(scopeVersion !== '' && { scopeVersion }),
    ...(!Timestamp.endsWith('000000') && { timeUnixNano: Timestamp }),
    ...(!empty(resource) && { resource }),
    span: {
      kind: detail.kind,
      endTimeUnixNano: detail.endTimeUnixNano,
      ...(row.ParentSpanId !== '' && { parentSpanId: row.ParentSpanId }),
      ...(row.TraceState !== '' && { traceState: row.TraceState }),
      ...(detail.status !== undefined && { status: detail.status }),
      ...(detail.events.length > 0 && { events: detail.events }),
      ...(detail.links.length > 0 && { links: detail.links }),
    },
  };
  return new TelemetryEvent({
    eventId: attributes[OWN.id] ?? idOfRow(),
    timestamp,
    eventType: typeOf(detail.status?.code),
    source,
    message: row.SpanName,
    metadata: empty(metadata) ? undefined : metadata,
    otel: eventOtelOf(otel, { date: timestamp }),
  });
}

/** All that columns say of a span. */
function detailOf(row: SpanRow) {
  const code = wordOf(row.StatusCode);
  const { StatusMessage: message } = row;
  return {
    kind: KINDS.find((kind) => kind === wordOf(row.SpanKind)) ?? 'unspecified',
    parentSpanId: row.ParentSpanId,
    endTimeUnixNano: String(BigInt(row.Timestamp) + BigInt(row.Duration)),
    traceState: row.TraceState,
    status: code === 'ok' || code === 'error' ? { code, ...(message !== '' && { message }) } : undefined,
    events: eventsOf(row['Events.Timestamp'], row['Events.Name'], row['Events.Attributes']),
    links: linksOf(row['Links.TraceId'], row['Links.SpanId'], row['Links.TraceState'], row['Links.Attributes']),
  } as const;
}

/** A word of the exporter's as OTLP has it. */
function wordOf(text: string): string {
  return text.replace(EARLIER, '').toLowerCase();
}

function chosen(fields: object, has: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => has.has(name)));
}
