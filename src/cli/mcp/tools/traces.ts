import { TraceSummaries, type TraceSummary } from '../../../analysis/trace-summaries.js';
import { printable } from '../../../codec/printable.js';
import { isEvent } from '../../../model/item.js';
import { counted, grouped } from '../../format.js';
import { filterFrom, filters } from '../filter-parameters.js';
import { timeText } from '../item-entry.js';
import { millisText } from '../millis.js';
import { readItems } from '../read-items.js';
import type { EntryMaker } from '../report.js';
import { shortText } from '../shorten.js';
import type { Tool } from '../tool.js';

/** Events that are looked at: the latest. */
const MAX_EVENTS = 100_000;

/** The traces that there are. */
export const traces: Tool = {
  name: 'traces',
  title: 'Traces',
  description:
    'The latest traces: id, name, service, start, duration, and how many spans, logs and errors each has. "trace" shows one of them.',
  parameters: {
    ...filters('since', 'until', 'service'),
    errors_only: { type: 'boolean', default: false, description: 'Traces with errors alone' },
    min_duration_ms: { type: 'integer', minimum: 0, description: 'Traces that took at least so many milliseconds' },
    sort: { type: 'string', choices: ['latest', 'slowest'], default: 'latest', description: 'Which come first' },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 20, description: 'Traces at most' },
  },
  async run(call) {
    const { given, now } = call;
    const { query } = filterFrom({ since: given.since, until: given.until }, now);
    const summaries = new TraceSummaries();
    let events = 0;
    const { name, notes } = await readItems(call, {
      query: { ...query, kinds: ['event'], order: 'desc' },
      test: (item) => isEvent(item) && item.otel?.traceId !== undefined,
      take: (item) => {
        events += 1;
        if (isEvent(item)) summaries.add(item);
        return events < MAX_EVENTS;
      },
      recording: given.recording as string | undefined,
    });
    const minMillis = (given.min_duration_ms as number | undefined) ?? 0;
    const found = summaries
      .list()
      .filter(
        (trace) =>
          (given.errors_only !== true || trace.errors > 0) &&
          millisOf(trace) >= minMillis &&
          (given.service === undefined || trace.service === given.service),
      );
    if (given.sort === 'slowest') found.sort((a, b) => millisOf(b) - millisOf(a));
    return {
      head: [`${counted(found.length, 'trace')}, the ${String(given.sort)} first, from ${name}`],
      facts: { recording: name, traces_found: found.length },
      sections: [
        {
          key: 'traces',
          entries: found.slice(0, given.limit as number).map(entryOf),
          total: found.length,
          narrow: 'narrow with "since", "service", "errors_only" or "min_duration_ms", or raise "limit"',
        },
      ],
      notes: [
        ...notes,
        ...(events >= MAX_EVENTS
          ? [`the latest ${grouped(MAX_EVENTS)} events of traces were looked at, older ones not`]
          : []),
        ...(summaries.others > 0 ? [`${grouped(summaries.others)} events of further traces were not looked at`] : []),
        ...(events === 0 ? ['no event has a trace id: spans and logs within them have one'] : []),
      ],
    };
  },
};

function entryOf(trace: TraceSummary): EntryMaker {
  return (maxCharacters) => {
    const { traceId, spans, others, errors } = trace;
    const data = {
      trace_id: traceId,
      name: shortText(trace.name, maxCharacters),
      ...(trace.service !== undefined && { service: shortText(trace.service, 200) }),
      start: timeText(Number(trace.startNanos / 1_000_000n)),
      duration_ms: millisOf(trace),
      spans,
      logs: others,
      errors,
    };
    const counts = [counted(spans, 'span'), counted(others, 'log'), ...(errors > 0 ? [counted(errors, 'ERROR')] : [])];
    const service = data.service === undefined ? '' : ` of ${data.service}`;
    const text = `${traceId} ${data.start} ${millisText(data.duration_ms)} ${data.name}${service}: ${counts.join(', ')}`;
    return { lines: [printable(text)], data };
  };
}

function millisOf({ startNanos, endNanos }: TraceSummary): number {
  return Number(endNanos - startNanos) / 1e6;
}
