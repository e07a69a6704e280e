import { nodesWithin, type TraceNode } from '../../analysis/trace-tree.js';

/** A line of a trace's story: a node, or several alike. */
export interface TraceLine {
  readonly depth: number;
  /** One, or spans alike that follow one another. */
  readonly nodes: readonly TraceNode[];
}

/** Alike spans in a row that become one line. */
const MIN_FOLDED = 4;

/** The lines of a trace from the top down, spans alike in a row folded into one. */
export function traceLines(
  roots: readonly TraceNode[],
  { errorsOnly, logs }: { readonly errorsOnly: boolean; readonly logs: boolean },
): TraceLine[] {
  const failing = errorsOnly ? failingOf(roots) : undefined;
  const lines: { readonly depth: number; readonly nodes: TraceNode[] }[] = [];
  for (const { node, depth } of nodesWithin(roots)) {
    if (!logs && !node.isSpan) continue;
    if (failing !== undefined && !failing.has(node)) continue;
    const last = lines.at(-1);
    if (last?.depth === depth && isAlike(last.nodes[0], node)) last.nodes.push(node);
    else lines.push({ depth, nodes: [node] });
  }
  return lines.flatMap((line) =>
    line.nodes.length < MIN_FOLDED ? line.nodes.map((node) => ({ depth: line.depth, nodes: [node] })) : [line],
  );
}

/** Whether two are spans of one name that did not fail and hold nothing. */
function isAlike(a: TraceNode | undefined, b: TraceNode): boolean {
  if (a === undefined || !isPlain(a) || !isPlain(b)) return false;
  return a.event.message === b.event.message && a.event.source === b.event.source;
}

function isPlain({ isSpan, children, event }: TraceNode): boolean {
  return isSpan && children.length === 0 && event.eventType !== 'error';
}

/** The nodes that failed, and all that these are within. */
function failingOf(roots: readonly TraceNode[]): ReadonlySet<TraceNode> {
  const failing = new Set<TraceNode>();
  // from the bottom up: what holds a failing one comes after it
  for (const { node } of [...nodesWithin(roots)].reverse())
    if (node.event.eventType === 'error' || node.children.some((child) => failing.has(child))) failing.add(node);
  return failing;
}
