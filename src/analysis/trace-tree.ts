import type { TelemetryEvent } from '../model/event.js';
import { endNanosOf, startNanosOf } from '../model/span.js';

/** A span or another event of a trace, in its place. */
export interface TraceNode {
  readonly event: TelemetryEvent;
  readonly isSpan: boolean;
  /** Whether its parent is not among the events. */
  readonly isOrphan: boolean;
  /** Spans within it, and events in its context, by time. */
  readonly children: readonly TraceNode[];
}

/** The events of a trace as a tree. */
export interface TraceTree {
  readonly roots: readonly TraceNode[];
  readonly spans: number;
  /** Events that are no spans. */
  readonly others: number;
  /** Spans and other events of the type `error`. */
  readonly errors: number;
  /** The earliest time, in nanoseconds since the Unix epoch; 0 if there are no events. */
  readonly startNanos: bigint;
  /** The latest time. */
  readonly endNanos: bigint;
}

interface Node extends TraceNode {
  isOrphan: boolean;
  readonly start: bigint;
  readonly children: Node[];
  parent: Node | undefined;
}

/** Puts the events of a trace in their places. They may come in any order; what lacks its parent is a root. */
export function traceTree(events: readonly TelemetryEvent[]): TraceTree {
  const nodes = events.map(
    (event): Node => ({
      event,
      isSpan: event.otel?.span !== undefined,
      isOrphan: false,
      start: startNanosOf(event),
      children: [],
      parent: undefined,
    }),
  );
  const spans = new Map<string, Node>();
  for (const node of nodes) {
    const id = node.event.otel?.spanId;
    if (node.isSpan && id !== undefined && !spans.has(id)) spans.set(id, node);
  }
  const roots: Node[] = [];
  for (const node of nodes) {
    const parentId = node.isSpan ? node.event.otel?.span?.parentSpanId : node.event.otel?.spanId;
    const parent = parentId === undefined ? undefined : spans.get(parentId);
    if (parent !== undefined && !isWithin(parent, node)) {
      node.parent = parent;
      parent.children.push(node);
      continue;
    }
    node.isOrphan = parentId !== undefined;
    roots.push(node);
  }
  for (const list of [roots, ...nodes.map(({ children }) => children)]) list.sort(byStart);
  const count = nodes.filter(({ isSpan }) => isSpan).length;
  return {
    roots,
    spans: count,
    others: nodes.length - count,
    errors: events.filter(({ eventType }) => eventType === 'error').length,
    startNanos: nodes.reduce((min, { start }, i) => (i === 0 || start < min ? start : min), 0n),
    endNanos: events.map(endNanosOf).reduce((max, end) => (end > max ? end : max), 0n),
  };
}

/** A node and those within it, from the top down, each with its depth. */
export function* nodesWithin(
  roots: readonly TraceNode[],
): Generator<{ readonly node: TraceNode; readonly depth: number }> {
  // not by recursion: somebody's trace may be as deep as it is long
  const waiting = roots.toReversed().map((node) => ({ node, depth: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    const depth = next.depth + 1;
    for (const node of next.node.children.toReversed()) waiting.push({ node, depth });
  }
}

/** Whether a node is another one or within it: spans that name one another as parents make no circle. */
function isWithin(node: Node, other: Node): boolean {
  for (let up: Node | undefined = node; up !== undefined; up = up.parent) if (up === other) return true;
  return false;
}

function byStart(a: Node, b: Node): number {
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}
