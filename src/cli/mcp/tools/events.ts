import type { TelemetryItem } from '../../../model/item.js';
import { counted } from '../../format.js';
import { FILTERS, filterFrom } from '../filter-parameters.js';
import { itemEntry, timeText } from '../item-entry.js';
import { readItems } from '../read-items.js';
import type { Tool } from '../tool.js';

/** Single events and measurements. */
export const events: Tool = {
  name: 'events',
  title: 'Events',
  description:
    'Single events (and measurements, with "kind" or "name") that match all filters, the newest first, with metadata. For an overview of many use "errors" or "patterns". What happened around a moment: "since" and "until".',
  parameters: {
    ...FILTERS,
    order: { type: 'string', choices: ['newest', 'oldest'], default: 'newest', description: 'Which come first' },
    limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 20, description: 'At most so many' },
    skip: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 0, description: 'Leaves out the first so many' },
    full: { type: 'boolean', default: false, description: 'Leaves long values whole, if there is room' },
  },
  maxCharacters: (given) => (given.full === true ? 100_000 : undefined),
  async run(call) {
    const { given } = call;
    const filter = filterFrom(given, call.now);
    const [limit, skip] = [given.limit as number, given.skip as number];
    const found: TelemetryItem[] = [];
    let [skipped, hasMore] = [0, false];
    // events alone, unless measurements are asked for
    const asksForMetrics = given.kind !== undefined || given.name !== undefined || given.tag !== undefined;
    const { name, notes } = await readItems(call, {
      query: {
        ...filter.query,
        ...(!asksForMetrics && { kinds: ['event'] }),
        order: given.order === 'oldest' ? 'asc' : 'desc',
      },
      test: filter.test,
      take: (item) => {
        if (skipped < skip) skipped += 1;
        else if (found.length < limit) found.push(item);
        else hasMore = true;
        return !hasMore;
      },
      recording: given.recording as string | undefined,
    });
    const [first, last] = [found[0], found.at(-1)];
    const span =
      first === undefined || last === undefined
        ? ''
        : `, ${timeText(first.timestamp)} to ${timeText(last.timestamp)}, the ${String(given.order)} first`;
    return {
      head: [`${counted(found.length, 'item')}${hasMore ? ' of more' : ''}${span}, from ${name}`],
      facts: { recording: name, has_more: hasMore },
      sections: [
        {
          key: 'items',
          entries: found.map((item) => (maxCharacters) => itemEntry(item, maxCharacters)),
          hasMore,
          narrow: `narrow with a filter, or go on with "skip": the number of items seen`,
        },
      ],
      notes: [
        ...notes,
        ...(found.length === 0 ? ['nothing matches: "summary" says what is there, and of which time'] : []),
      ],
    };
  },
};
