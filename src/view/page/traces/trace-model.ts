import { nodesWithin, type TraceNode, traceTree } from '../../../analysis/trace-tree.js';
import type { TelemetryEvent } from '../../../model/event.js';
import type { EventLine } from '../../api-types.js';
import { durationText } from '../ui/time-format.js';

/** A span or another event of a trace, as a row of the waterfall. */
export interface TraceRow {
  readonly line: EventLine;
  readonly id: string;
  readonly depth: number;
  readonly isSpan: boolean;
  /** Rows below it that belong to it. */
  readonly within: number;
  /** Milliseconds since the trace's earliest time. */
  readonly start: number;
  /** Milliseconds; 0 of events, and of spans without an end or with one before their start. */
  readonly duration: number;
  readonly service: string;
  /** What is unusual about it, in words: its parent is missing, its clock differs. */
  readonly remarks: readonly string[];
  readonly isOrphan: boolean;
}

/** A whole trace. */
export interface TraceModel {
  /** From the top down, each followed by what is within it. */
  readonly rows: readonly TraceRow[];
  readonly spans: number;
  readonly events: number;
  readonly errors: number;
  /** Spans and events whose parent is not among them. */
  readonly orphans: number;
  /** From the earliest time to the latest one, in milliseconds. */
  readonly duration: number;
  /** ISO 8601, of the earliest time; `''` of a trace without events. */
  readonly startIso: string;
  /** In the order in which they appear. */
  readonly services: readonly string[];
}

/** Puts the events of a trace in their places. They may come in any order. */
export function traceModel(lines: readonly EventLine[]): TraceModel {
  const lineOf = new Map<TelemetryEvent, EventLine>(lines.map((line) => [eventOf(line), line]));
  const tree = traceTree([...lineOf.keys()]);
  const rows: (TraceRow & { within: number })[] = [];
  const above: (TraceRow & { within: number })[] = [];
  for (const { node, depth } of nodesWithin(tree.roots)) {
    const line = lineOf.get(node.event);
    if (line === undefined) continue;
    above.length = depth;
    const row = rowOf(node, line, depth, tree.startNanos, above.at(-1));
    for (const each of above) each.within += 1;
    above.push(row);
    rows.push(row);
  }
  return {
    rows,
    spans: tree.spans,
    events: tree.others,
    errors: tree.errors,
    orphans: rows.filter(({ isOrphan }) => isOrphan).length,
    duration: Number(tree.endNanos - tree.startNanos) / 1e6,
    startIso: rows.length === 0 ? '' : new Date(Number(tree.startNanos / 1_000_000n)).toISOString(),
    services: [...new Set(rows.map(({ service }) => service))],
  };
}

/** The rows that are shown if what is within some of them is not. */
export function rowsShown(rows: readonly TraceRow[], closed: ReadonlySet<string>): readonly TraceRow[] {
  if (closed.size === 0) return rows;
  const shown: TraceRow[] = [];
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i];
    if (row === undefined) break;
    shown.push(row);
    if (closed.has(row.id)) i += row.within;
  }
  return shown;
}

function rowOf(
  { event, isSpan, isOrphan }: TraceNode,
  line: EventLine,
  depth: number,
  traceStart: bigint,
  parent: TraceRow | undefined,
): TraceRow & { within: number } {
  const service = line.otel?.resource?.['service.name'];
  const start = Number(startOf(line) - traceStart) / 1e6;
  const length = isSpan ? lengthOf(line) : 0;
  const remarks: string[] = [];
  if (isOrphan) remarks.push(isSpan ? 'its parent is missing' : 'its span is missing');
  if (length === undefined) remarks.push('its end is unknown');
  else if (length < 0) remarks.push(`it ends ${durationText(-length)} before it begins`);
  if (isSpan && parent !== undefined && start < parent.start)
    remarks.push(`it begins ${durationText(parent.start - start)} before its parent: their clocks may differ`);
  return {
    line,
    id: event.eventId,
    depth,
    isSpan,
    within: 0,
    start,
    duration: Math.max(0, length ?? 0),
    service: typeof service === 'string' ? service : '',
    remarks,
    isOrphan,
  };
}

/** Nanoseconds since the Unix epoch. */
export function startOf({ data, otel }: EventLine): bigint {
  return nanosOf(otel?.timeUnixNano) ?? BigInt(Date.parse(data.timestamp) || 0) * 1_000_000n;
}

/** Milliseconds from a span's start to its end, which may come first; `undefined` if the end is unknown. */
function lengthOf(line: EventLine): number | undefined {
  const end = nanosOf(line.otel?.span?.endTimeUnixNano);
  return end === undefined || end === 0n ? undefined : Number(end - startOf(line)) / 1e6;
}

/** `undefined` if it is no time. */
export function nanosOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
}

function eventOf({ data, otel }: EventLine): TelemetryEvent {
  return {
    eventId: data.event_id,
    timestamp: new Date(data.timestamp),
    eventType: data.event_type,
    source: data.source,
    message: data.message,
    metadata: data.metadata ?? undefined,
    otel,
    event_id: data.event_id,
    event_type: data.event_type,
  };
}
