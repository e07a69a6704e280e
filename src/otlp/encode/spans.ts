import { encodeMap } from '../../codec/json-line-encode.js';
import { setOwn } from '../../codec/normalise.js';
import type { AnyValue, AnyValueMap } from '../../model/any-value.js';
import { ATTR_METADATA, ATTR_SOURCE, ATTR_UID } from '../../model/attribute-names.js';
import type { SpanDetail, SpanLink } from '../../model/otel-fields.js';
import type { ResourceLike, ScopeLike, SpanContextLike, SpanLike } from '../../otel/sdk-types.js';
import { travelsAsText } from '../../otel/transform/event-transform.js';
import { sourceOf } from '../../otel/transform/source.js';
import { spanEventId } from '../../otel/transform/span-id.js';
import { IS_REMOTE, SPAN_KINDS, STATUS_ERROR, STATUS_OK } from '../../otel/transform/span-transform.js';
import type { CheckedEvent } from './events.js';
import { keyOf, Same } from './same.js';
import { timeOf, timeOfText } from './times.js';

const TRACE_FLAGS = 0xff;

/** The spans that events with `otel.span` become. */
export function spansOf(events: readonly CheckedEvent[], resource: AnyValueMap): SpanLike[] {
  const resources = new Same<ResourceLike>();
  const scopes = new Same<ScopeLike>();
  return events.flatMap((checked) => {
    const { event, otel } = checked;
    const { scopeVersion: version, scopeAttributes: attributes } = otel;
    const name = otel.scopeName ?? event.source;
    const scope = scopes.get(keyOf([name, version, attributes]), () => ({ name, version, attributes }));
    // OpenTelemetry's serialiser takes the scopes in one resource for the same if their "name@version" is
    const apart = version?.includes('@') === true ? name : undefined;
    const key = keyOf([otel.resource, attributes, apart]);
    const ofSpan = resources.get(key, () => ({ attributes: otel.resource ?? resource }));
    return otel.span === undefined ? [] : [spanOf(checked, otel.span, ofSpan, scope)];
  });
}

function spanOf({ event, otel }: CheckedEvent, detail: SpanDetail, resource: ResourceLike, scope: ScopeLike): SpanLike {
  const { parentSpanId, status, events = [], links = [] } = detail;
  const kind = SPAN_KINDS.findIndex((word) => word === detail.kind);
  const context = contextOf(otel.traceId, otel.spanId, otel.traceFlags, detail.traceState);
  const attributes: Record<string, unknown> = {};
  const span: SpanLike = {
    name: event.message,
    kind: kind < 0 ? undefined : kind,
    spanContext: () => context,
    parentSpanContext:
      parentSpanId === undefined
        ? undefined
        : { ...contextOf(otel.traceId, parentSpanId), isRemote: detail.parentIsRemote === true },
    startTime: timeOf(event.timestamp, otel.timeUnixNano),
    endTime: timeOfText(detail.endTimeUnixNano),
    status: {
      code: status === undefined ? 0 : status.code === 'ok' ? STATUS_OK : STATUS_ERROR,
      message: status?.message,
    },
    attributes,
    events: events.map(({ timeUnixNano, ...rest }) => ({ ...rest, time: timeOfText(timeUnixNano) })),
    links: links.map(({ attributes: ofLink, droppedAttributesCount, ...link }) => ({
      context: linkContextOf(link),
      attributes: ofLink,
      droppedAttributesCount,
    })),
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: otel.droppedAttributesCount ?? 0,
    droppedEventsCount: detail.droppedEventsCount ?? 0,
    droppedLinksCount: detail.droppedLinksCount ?? 0,
  };
  if (event.eventId !== spanEventId(span)) attributes[ATTR_UID] = event.eventId;
  const named = scope.name === 'unknown' || scope.name === '' ? undefined : scope.name;
  if (event.source !== sourceOf(named, undefined, resource.attributes as AnyValueMap))
    attributes[ATTR_SOURCE] = event.source;
  addMetadata(attributes, event.metadata);
  return span;
}

/** Metadata are attributes as they are: errors among them too, as spans have events for those. */
function addMetadata(attributes: Record<string, unknown>, metadata: AnyValueMap | undefined): void {
  if (metadata === undefined) return;
  let asText: Record<string, AnyValue> | undefined;
  for (const key of Object.keys(metadata)) {
    const value = metadata[key] as AnyValue;
    if (travelsAsText(key)) setOwn((asText ??= {}), key, value);
    else attributes[key] = value;
  }
  if (asText !== undefined) attributes[ATTR_METADATA] = encodeMap(asText);
}

function linkContextOf({ traceId, spanId, flags = 0, traceState }: SpanLink): SpanContextLike {
  return { ...contextOf(traceId, spanId, flags, traceState), isRemote: (flags & IS_REMOTE) !== 0 };
}

function contextOf(traceId = '', spanId = '', flags = 0, traceState?: string): SpanContextLike {
  return {
    traceId,
    spanId,
    traceFlags: flags & TRACE_FLAGS,
    traceState: traceState === undefined ? undefined : { serialize: () => traceState },
  };
}
