import { type MessagePattern, MessagePatterns } from '../../../analysis/message-patterns.js';
import { printable } from '../../../codec/printable.js';
import { isEvent } from '../../../model/item.js';
import { counted, grouped } from '../../format.js';
import { filterFrom, filters } from '../filter-parameters.js';
import { detailLines, eventData, labelOf, spanText, timeText } from '../item-entry.js';
import type { Parameters } from '../parameters.js';
import { readItems } from '../read-items.js';
import type { EntryMaker, Report } from '../report.js';
import { shortText } from '../shorten.js';
import type { Call, Tool } from '../tool.js';

const HOW =
  'Messages that differ only in numbers, ids, quoted parts, paths, times or single words are one group. Each has its count, first and last time, sources, and the latest event with its metadata (stack traces too) and trace id.';

const LIMIT = {
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: 500,
    default: 20,
    description: 'Groups at most, the most frequent first',
  },
} as const satisfies Parameters;

/** What goes wrong, grouped. */
export const errors: Tool = {
  name: 'errors',
  title: 'Errors, grouped',
  description: `What are the errors? Errors grouped by similar messages, the most frequent first. ${HOW} Start here to find what is broken; "trace" and "events" show more of one.`,
  parameters: {
    ...filters('since', 'until', 'source', 'service', 'text', 'grep', 'where', 'trace_id'),
    warnings: { type: 'boolean', default: false, description: 'Warnings as well' },
    ...LIMIT,
  },
  run: (call) =>
    patternsOf(call, { ...call.given, type: call.given.warnings === true ? ['error', 'warning'] : ['error'] }),
};

/** All that is logged, grouped. */
export const patterns: Tool = {
  name: 'patterns',
  title: 'Messages, grouped',
  description: `What is logged? Events of all types grouped by similar messages. ${HOW}`,
  parameters: {
    ...filters('since', 'until', 'type', 'min_severity', 'source', 'service', 'text', 'grep', 'where', 'trace_id'),
    ...LIMIT,
  },
  run: (call) => patternsOf(call, call.given),
};

async function patternsOf(call: Call, given: Readonly<Record<string, unknown>>): Promise<Report> {
  const { query, test } = filterFrom(given, call.now);
  const grouper = new MessagePatterns();
  let events = 0;
  const { name, notes } = await readItems(call, {
    // if there is no time for all, the latest are there
    query: { ...query, kinds: ['event'], order: 'desc' },
    test,
    take: (item) => {
      if (!isEvent(item)) return;
      events += 1;
      grouper.addEvent(item, labelOf(item));
    },
    recording: given.recording as string | undefined,
  });
  const all = grouper.patterns();
  const { overflow } = grouper;
  return {
    head: [`${counted(events, 'event')} in ${counted(all.length, 'group')}, from ${name}`],
    facts: { recording: name, events, groups_found: all.length },
    sections: [
      {
        key: 'groups',
        entries: all.slice(0, given.limit as number).map(entryOf),
        total: all.length,
        narrow: 'narrow with "since", "source", "text" or "where", or raise "limit"',
      },
    ],
    notes: [
      ...notes,
      ...(events === 0 ? ['nothing matches: "summary" says what is there, and of which time'] : []),
      ...(overflow.messages > 0
        ? [`${grouped(overflow.messages)} events of ${grouped(overflow.patterns)} rare groups are in no group`]
        : []),
    ],
  };
}

function entryOf(pattern: MessagePattern): EntryMaker {
  const { count, kind, firstMillis, lastMillis, sources, latest } = pattern;
  return (maxCharacters) => {
    const text = shortText(pattern.pattern, maxCharacters);
    const shown = sources.map((source) => shortText(source, maxCharacters));
    const event = latest === undefined ? undefined : eventData(latest, maxCharacters);
    const [first, last] = [timeText(firstMillis), timeText(lastMillis)];
    const trace = event?.trace_id === undefined ? '' : ` trace_id=${event.trace_id}`;
    return {
      lines: [
        printable(`${grouped(count)} x ${kind} ${text}`),
        printable(`    first ${first}, last ${last}, from ${shown.join(', ')}`),
        ...(event === undefined
          ? []
          : [
              printable(`    latest: ${event.message}${spanText(event)} id=${event.id}${trace}`),
              ...detailLines(event),
            ]),
      ],
      data: { pattern: text, type: kind.toLowerCase(), count, first, last, sources: shown, latest: event },
    };
  };
}
