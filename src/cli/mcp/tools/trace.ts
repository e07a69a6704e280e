import { type TraceNode, type TraceTree, traceTree } from '../../../analysis/trace-tree.js';
import type { TelemetryEvent } from '../../../model/event.js';
import { isEvent } from '../../../model/item.js';
import { counted, grouped } from '../../format.js';
import { filters, traceIdOf } from '../filter-parameters.js';
import { timeText } from '../item-entry.js';
import { millisText } from '../millis.js';
import { readItems } from '../read-items.js';
import type { Tool } from '../tool.js';
import { traceEntry } from '../trace-entry.js';
import { traceLines } from '../trace-lines.js';

/** Events of one trace that are read. */
const MAX_EVENTS = 20_000;

/** One trace's story. */
export const trace: Tool = {
  name: 'trace',
  title: 'A trace',
  description:
    'What happened in one trace (request, job)? Its spans as a tree with start, duration and status, and its logs in their places, in the order of time. Alike spans in a row are folded. "traces" lists traces; "errors" and "events" give trace ids.',
  parameters: {
    trace_id: { ...filters('trace_id').trace_id, isRequired: true },
    errors_only: { type: 'boolean', default: false, description: 'Only what failed, and the spans around it' },
    logs: { type: 'boolean', default: true, description: 'Logs as well as spans' },
    attributes: {
      type: 'boolean',
      default: false,
      description: 'Attributes of all spans and logs, not of errors alone',
    },
  },
  async run(call) {
    const { given } = call;
    const traceId = traceIdOf(given.trace_id as string);
    const events: TelemetryEvent[] = [];
    let hasMore = false;
    const { name, notes } = await readItems(call, {
      query: { traceId, kinds: ['event'] },
      test: () => true,
      take: (item) => {
        hasMore = events.length >= MAX_EVENTS;
        if (!hasMore && isEvent(item)) events.push(item);
        return !hasMore;
      },
      recording: given.recording as string | undefined,
    });
    const tree = traceTree(events);
    const lines = traceLines(tree.roots, { errorsOnly: given.errors_only === true, logs: given.logs === true });
    const orphans = tree.roots.filter(({ isOrphan }) => isOrphan).length;
    return {
      head: events.length === 0 ? [`No event of trace ${traceId} in ${name}`] : [headOf(traceId, tree), `From ${name}`],
      facts: { recording: name, trace_id: traceId, spans: tree.spans, logs: tree.others, errors: tree.errors },
      sections: [
        {
          key: 'tree',
          entries: lines.map((line) => traceEntry(line, tree.startNanos, given.attributes === true)),
          narrow: '"errors_only" or "logs": false leave parts out; "events" with "trace_id" goes through all',
        },
      ],
      notes: [
        ...notes,
        ...(hasMore ? [`more than ${grouped(MAX_EVENTS)} events: the others were not read`] : []),
        ...(orphans > 0 ? [`${counted(orphans, 'span or log')} at the left whose parent span is not here`] : []),
        ...(events.length === 0 ? ['"traces" lists those that there are'] : []),
        ...(events.length > 0 && tree.spans === 0
          ? ['there are no spans of this trace, only logs: spans are sent to /v1/traces']
          : []),
      ],
    };
  },
};

function headOf(traceId: string, tree: TraceTree): string {
  const millis = Number(tree.endNanos - tree.startNanos) / 1e6;
  const start = timeText(Number(tree.startNanos / 1_000_000n));
  const services = new Set(servicesOf(tree.roots));
  const counts = [counted(tree.spans, 'span'), counted(tree.others, 'log'), counted(tree.errors, 'error')];
  return `Trace ${traceId}: ${counts.join(', ')}, ${millisText(millis)} from ${start}, ${counted(services.size, 'service')}`;
}

function* servicesOf(nodes: readonly TraceNode[]): Generator<string> {
  const waiting = [...nodes];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const service = node.event.otel?.resource?.['service.name'];
    if (typeof service === 'string') yield service;
    waiting.push(...node.children);
  }
}
