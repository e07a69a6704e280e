import type { HrTime, SpanContextLike, SpanEventLike, SpanLike, SpanLinkLike } from '../../otel/sdk-types.js';
import { spanEventId } from '../../otel/transform/span-id.js';
import { IS_REMOTE } from '../../otel/transform/span-transform.js';
import type { Decoder } from './decoder.js';
import { partsOf, type Rejected, type SignalForm, type Surroundings } from './parts.js';
import { SPAN, TRACE_REQUEST } from './schema.js';

/** What spans, their events and links have in common. */
interface Described {
  readonly attributes?: object;
  readonly droppedAttributesCount?: number;
}

/** A span and a link say whose they are. */
interface Placed extends Described {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
}

interface SpanMessage extends Placed {
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: HrTime;
  readonly endTimeUnixNano?: HrTime;
  readonly events?: readonly (Described & { readonly timeUnixNano?: HrTime; readonly name?: string })[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly Placed[];
  readonly droppedLinksCount?: number;
  readonly status?: { readonly code?: number; readonly message?: string };
}

const FORM: SignalForm = { request: TRACE_REQUEST, resources: 'resourceSpans', scopes: 'scopeSpans', parts: 'spans' };
const UNKNOWN_TIME: HrTime = [0, 0];

/**
 * The spans of a request, one by one; `undefined` if others may have their turn before the next one.
 *
 * @throws DecodeError if the request as a whole can't be read; a span that can't be is given as {@link Rejected}.
 */
export function spansOf(decoder: Decoder): Generator<SpanLike | Rejected | undefined> {
  return partsOf(decoder, FORM, (lazy, around) => {
    const span = spanOf(decoder.part(SPAN, lazy), around);
    const [time] = [span.startTime, span.endTime].filter(([seconds]) => seconds > 0);
    if (time !== undefined && spanEventId(span) === undefined) around.giveId(span.attributes, time, lazy);
    return span;
  });
}

function spanOf(message: SpanMessage, { resource, scope }: Surroundings): SpanLike {
  const { kind = 0, flags = 0, parentSpanId = '', status } = message;
  const context = contextOf(message);
  return {
    name: message.name ?? '',
    // the trace API has no unspecified kind, and counts the others from 0 on
    kind: kind === 0 ? undefined : kind - 1,
    spanContext: () => context,
    parentSpanContext:
      parentSpanId === ''
        ? undefined
        : { traceId: context.traceId, spanId: parentSpanId, traceFlags: 0, isRemote: (flags & IS_REMOTE) !== 0 },
    startTime: message.startTimeUnixNano ?? UNKNOWN_TIME,
    endTime: message.endTimeUnixNano ?? UNKNOWN_TIME,
    status: { code: status?.code ?? 0, message: status?.message },
    attributes: message.attributes ?? {},
    events: message.events?.map(eventOf) ?? [],
    links: message.links?.map(linkOf) ?? [],
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: message.droppedAttributesCount,
    droppedEventsCount: message.droppedEventsCount,
    droppedLinksCount: message.droppedLinksCount,
  };
}

function eventOf(message: NonNullable<SpanMessage['events']>[number]): SpanEventLike {
  const { name = '', timeUnixNano = UNKNOWN_TIME, attributes, droppedAttributesCount } = message;
  return { name, time: timeUnixNano, attributes, droppedAttributesCount };
}

function linkOf(message: Placed): SpanLinkLike {
  const { attributes, droppedAttributesCount, flags = 0 } = message;
  const context = { ...contextOf(message), isRemote: (flags & IS_REMOTE) !== 0 };
  return { context, attributes, droppedAttributesCount };
}

function contextOf({ traceId = '', spanId = '', traceState = '', flags = 0 }: Placed): SpanContextLike {
  return {
    traceId,
    spanId,
    traceFlags: flags & 0xff,
    traceState: traceState === '' ? undefined : { serialize: () => traceState },
  };
}
