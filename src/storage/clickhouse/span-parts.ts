import type { SpanDetail, SpanEvent, SpanLink } from '../../model/otel-fields.js';
import { type Texts, textsOf } from './attributes.js';
import { LAST_MILLIS } from './times.js';

/** The columns of a span's events and links: lists of equal length. */
export interface PartCells {
  readonly eventTimes: readonly string[];
  readonly eventNames: readonly string[];
  readonly eventAttributes: readonly Texts[];
  readonly linkTraceIds: readonly string[];
  readonly linkSpanIds: readonly string[];
  readonly linkTraceStates: readonly string[];
  readonly linkAttributes: readonly Texts[];
  /** Whether they give back exactly the events, or the links, that there were. */
  readonly holdsEvents: boolean;
  readonly holdsLinks: boolean;
}

/** @throws TypeError if attributes made by hand hold what JSON can't. */
export function partCells({ events = [], links = [] }: SpanDetail): PartCells {
  const ofEvents = events.map(({ attributes }) => textsOf(attributes));
  const ofLinks = links.map(({ attributes }) => textsOf(attributes));
  return {
    eventTimes: events.map(({ timeUnixNano }) => (isColumnTime(timeUnixNano) ? timeUnixNano : '0')),
    eventNames: events.map(({ name }) => name),
    eventAttributes: ofEvents.map(({ texts }) => texts),
    linkTraceIds: links.map(({ traceId }) => traceId),
    linkSpanIds: links.map(({ spanId }) => spanId),
    linkTraceStates: links.map(({ traceState = '' }) => traceState),
    linkAttributes: ofLinks.map(({ texts }) => texts),
    holdsEvents:
      ofEvents.every(({ json }) => json === undefined) &&
      events.every((event) => isPlain(event, EVENT_FIELDS) && isColumnTime(event.timeUnixNano)),
    holdsLinks:
      ofLinks.every(({ json }) => json === undefined) &&
      links.every((link) => isPlain(link, LINK_FIELDS) && link.traceState !== ''),
  };
}

/** The events of columns. */
export function eventsOf(
  times: readonly string[],
  names: readonly string[],
  attributes: readonly Texts[],
): readonly SpanEvent[] {
  return times.map((timeUnixNano, i) => ({ name: names[i] ?? '', timeUnixNano, ...described(attributes[i]) }));
}

/** The links of columns. */
export function linksOf(
  traceIds: readonly string[],
  spanIds: readonly string[],
  traceStates: readonly string[],
  attributes: readonly Texts[],
): readonly SpanLink[] {
  return traceIds.map((traceId, i) => {
    const traceState = traceStates[i] ?? '';
    return {
      traceId,
      spanId: spanIds[i] ?? '',
      ...(traceState !== '' && { traceState }),
      ...described(attributes[i]),
    };
  });
}

const EVENT_FIELDS: ReadonlySet<string> = new Set(['name', 'timeUnixNano', 'attributes']);
const LINK_FIELDS: ReadonlySet<string> = new Set(['traceId', 'spanId', 'traceState', 'attributes']);

/** Whether nothing else is known than what columns hold. */
function isPlain(part: SpanEvent | SpanLink, fields: ReadonlySet<string>): boolean {
  const { attributes } = part;
  if (attributes !== undefined && Object.keys(attributes).length === 0) return false;
  return Object.keys(part).every((key) => fields.has(key) && part[key as keyof typeof part] !== undefined);
}

/** Whether a column holds a time as it is. */
function isColumnTime(nanos: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(nanos) && BigInt(nanos) < BigInt(LAST_MILLIS) * 1_000_000n;
}

function described(attributes: Texts = {}): { readonly attributes?: Texts } {
  const isEmpty = Object.keys(attributes).length === 0;
  return isEmpty ? {} : { attributes: { ...attributes } };
}
