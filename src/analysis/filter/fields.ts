import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../../model/any-value.js';
import type { TelemetryEvent } from '../../model/event.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import { severityOf } from '../../model/severity.js';
import { spanDurationMillis } from '../../model/span.js';

/** What notes and errors say of the names of fields. */
export const FIELDS_NOTE = `A field is one of time, kind, type, severity, source, message, name, value, unit, id, trace_id, span_id; else a key of
the event's metadata or the metric's tags, or of its resource: duration_ms, http.status, service.name. A dot is part of a
key or leads into an object. meta.KEY, tags.KEY and resource.KEY name a key that is called like a field. A span that has
no such attributes has duration_ms, span_kind (server, client, …), span_status (ok, error) and parent_span_id all the same.`;

type Read = (item: TelemetryItem) => AnyValue | undefined;

const OWN: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['time', (item) => item.timestamp.toISOString()],
  ['kind', (item) => (isEvent(item) ? 'event' : 'metric')],
  ['type', (item) => (isEvent(item) ? item.eventType : 'metric')],
  ['severity', (item) => (isEvent(item) ? severityOf(item) : undefined)],
  ['source', (item) => (isEvent(item) ? item.source : undefined)],
  ['message', (item) => (isEvent(item) ? item.message : undefined)],
  ['name', (item) => (isEvent(item) ? item.otel?.eventName : item.name)],
  ['value', (item) => (isEvent(item) ? undefined : item.value)],
  ['unit', (item) => (isEvent(item) ? undefined : item.unit)],
  ['id', (item) => (isEvent(item) ? item.eventId : item.metricId)],
  ['trace_id', (item) => (isEvent(item) ? item.otel?.traceId : undefined)],
  ['span_id', (item) => (isEvent(item) ? item.otel?.spanId : undefined)],
]);

/** What of a span is read as if it were among its attributes. */
const OF_SPANS: ReadonlyMap<string, (event: TelemetryEvent) => AnyValue | undefined> = new Map<
  string,
  (event: TelemetryEvent) => AnyValue | undefined
>([
  ['duration_ms', spanDurationMillis],
  ['span_kind', ({ otel }) => otel?.span?.kind],
  ['span_status', ({ otel }) => otel?.span?.status?.code],
  ['parent_span_id', ({ otel }) => otel?.span?.parentSpanId],
]);

/** Makes what reads a field of an item, see {@link FIELDS_NOTE}; `undefined` if an item doesn't have it. */
export function fieldOf(path: string): Read {
  const own = OWN.get(path);
  if (own !== undefined) {
    const inData = dataField(path);
    return (item) => own(item) ?? inData(item);
  }
  const [, place, key] = /^(meta|metadata|tags|resource)\.(.+)$/.exec(path) ?? [];
  if (place === 'resource') return (item) => lookUp(item.otel?.resource, key as string);
  if (key !== undefined) {
    const [named, literal] = [dataField(key), dataField(path)];
    return (item) => named(item) ?? literal(item);
  }
  const inData = dataField(path);
  const ofSpan = OF_SPANS.get(path);
  return (item) => inData(item) ?? (isEvent(item) ? ofSpan?.(item) : undefined) ?? lookUp(item.otel?.resource, path);
}

function dataField(path: string): Read {
  return (item) => lookUp(isEvent(item) ? item.metadata : item.tags, path);
}

/** The value of a key that may lead into objects, each dot or none being part of a key. */
function lookUp(map: AnyValueMap | undefined, path: string): AnyValue | undefined {
  if (map === undefined) return undefined;
  if (Object.hasOwn(map, path)) return map[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(map, head)) continue;
    const inner = map[head];
    const found = isAnyValueMap(inner) ? lookUp(inner, path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A value as text: that of an object as JSON. */
export function textOf(value: AnyValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
