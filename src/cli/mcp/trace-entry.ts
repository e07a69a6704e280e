import type { TraceNode } from '../../analysis/trace-tree.js';
import { printable } from '../../codec/printable.js';
import type { TelemetryEvent } from '../../model/event.js';
import type { SpanEvent } from '../../model/otel-fields.js';
import { spanDurationMillis, startNanosOf } from '../../model/span.js';
import { grouped } from '../format.js';
import { mapLines } from './item-entry.js';
import { millisText } from './millis.js';
import type { EntryMaker } from './report.js';
import { shortMap, shortText } from './shorten.js';
import type { TraceLine } from './trace-lines.js';

/** Steps to the right at most. */
const MAX_INDENT = 20;
/** Events of one span that are shown. */
const MAX_SPAN_EVENTS = 20;

/** A line of a trace's story as an entry of an answer. */
export function traceEntry({ depth, nodes }: TraceLine, startNanos: bigint, hasAttributes: boolean): EntryMaker {
  const [node] = nodes as readonly [TraceNode];
  return (maxCharacters) => {
    const { event, isSpan } = node;
    const { span } = event.otel ?? {};
    const isError = event.eventType === 'error';
    const offset = millisSince(startNanosOf(event), startNanos);
    const service = event.otel?.resource?.['service.name'];
    const shown = hasAttributes || isError;
    const data = {
      depth,
      what: isSpan ? 'span' : 'log',
      [isSpan ? 'name' : 'message']: shortText(event.message, maxCharacters),
      type: event.eventType,
      source: shortText(event.source, maxCharacters),
      ...(typeof service === 'string' && { service: shortText(service, 200) }),
      offset_ms: offset,
      ...(span !== undefined && { duration_ms: millisOf(event), kind: span.kind }),
      ...(event.otel?.spanId !== undefined && { span_id: event.otel.spanId }),
      ...(nodes.length > 1 && { alike: nodes.length, total_ms: totalMillis(nodes) }),
      ...(span?.status?.message !== undefined && { status: shortText(span.status.message, maxCharacters) }),
      ...(shown && event.metadata !== undefined && { attributes: shortMap(event.metadata, maxCharacters) }),
      ...(span?.events !== undefined && {
        events: span.events.slice(0, MAX_SPAN_EVENTS).map((one) => eventData(one, startNanos, maxCharacters)),
      }),
    };
    const indent = '  '.repeat(Math.min(depth, MAX_INDENT));
    const margin = `${' '.repeat(12)}${indent}`;
    const lines = [
      printable(`${`+${millisText(offset)}`.padStart(11)} ${indent}${textOf(node, nodes, data.source, maxCharacters)}`),
      ...mapLines(data.attributes ?? {}).map((line) => margin + line),
    ];
    for (const { name, offset_ms, attributes } of data.events ?? []) {
      lines.push(printable(`${margin}    event ${name} at +${millisText(offset_ms)}`));
      lines.push(...mapLines(attributes ?? {}).map((line) => margin + line));
    }
    return { lines, data };
  };
}

function textOf(
  { event, isSpan }: TraceNode,
  nodes: readonly TraceNode[],
  source: string,
  maxCharacters: number,
): string {
  const text = shortText(event.message, maxCharacters);
  if (!isSpan) return `${event.eventType.toUpperCase()} ${source}: ${text}`;
  const { span } = event.otel ?? {};
  const service = event.otel?.resource?.['service.name'];
  const about = [span?.kind ?? '', source, typeof service === 'string' ? shortText(service, 200) : ''];
  const took =
    nodes.length === 1
      ? millisText(millisOf(event))
      : `${grouped(nodes.length)} alike, ${rangeText(nodes)}, ${millisText(totalMillis(nodes))} together`;
  const status = span?.status?.code === 'error' ? ` ERROR ${shortText(span.status.message ?? '', maxCharacters)}` : '';
  return `SPAN ${text} [${took}] ${about.filter((part) => part !== '' && part !== 'unspecified').join(', ')}${status}`;
}

function rangeText(nodes: readonly TraceNode[]): string {
  const lengths = nodes.map(({ event }) => millisOf(event));
  const [least, most] = lengths.reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Number.POSITIVE_INFINITY, 0],
  ) as [number, number];
  return `${millisText(least)} to ${millisText(most)} each`;
}

function totalMillis(nodes: readonly TraceNode[]): number {
  return nodes.reduce((sum, { event }) => sum + millisOf(event), 0);
}

function eventData({ name, timeUnixNano, attributes }: SpanEvent, startNanos: bigint, maxCharacters: number) {
  return {
    name: shortText(name, maxCharacters),
    offset_ms: /^\d{1,20}$/.test(timeUnixNano) ? millisSince(BigInt(timeUnixNano), startNanos) : 0,
    ...(attributes !== undefined && { attributes: shortMap(attributes, maxCharacters) }),
  };
}

function millisSince(nanos: bigint, startNanos: bigint): number {
  return Number(nanos - startNanos) / 1e6;
}

function millisOf(event: TelemetryEvent): number {
  return spanDurationMillis(event) ?? 0;
}
