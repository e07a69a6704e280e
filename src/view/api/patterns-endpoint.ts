import { type MessagePattern, MessagePatterns } from '../../analysis/message-patterns.js';
import type { EventType } from '../../model/event-type.js';
import { isEvent } from '../../model/item.js';
import type { PatternLine, Patterns } from '../api-types.js';
import { sendJson } from '../http/send.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf } from './item-filter.js';
import { Parameters } from './parameters.js';
import { scan } from './scan.js';

/** Events that are read, the latest first. */
const MAX_EVENTS = 50_000;
const SPARKLINE_PARTS = 30;

/** `GET api/patterns`. */
export async function patterns(context: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const given = new Parameters(search, [...FILTER_NAMES, 'limit']);
  const filter = filterOf(given, ['event'], new Date(context.host.clock.now()));
  const limit = given.count('limit', 200, { min: 1, max: 1_000 });
  const found = new MessagePatterns();
  let events = 0;
  const times = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  const { cut } = await scan({ context, filter, order: 'desc', maxItems: MAX_EVENTS, signal }, (item) => {
    if (!isEvent(item)) return;
    events += 1;
    const millis = item.timestamp.getTime();
    times.first = Math.min(times.first, millis);
    times.last = Math.max(times.last, millis);
    found.addEvent(item);
  });
  if (signal.aborted) return;
  const lines = linesOf(found.patterns(), times);
  const others = lines.slice(limit).reduce((sum, { count }) => sum + count, found.overflow.messages);
  const answer: Patterns = { events, patterns: lines.slice(0, limit), others, cut };
  sendJson(response, answer);
}

/** Events of several types may have the same pattern: these are one line. */
function linesOf(
  patterns: readonly MessagePattern[],
  { first, last }: { readonly first: number; readonly last: number },
): PatternLine[] {
  const byPattern = new Map<string, MessagePattern[]>();
  for (const pattern of patterns) {
    const alike = byPattern.get(pattern.pattern);
    if (alike === undefined) byPattern.set(pattern.pattern, [pattern]);
    else alike.push(pattern);
  }
  const lines = [...byPattern].map(([pattern, alike]): PatternLine => {
    const byType: Partial<Record<EventType, number>> = {};
    const sparkline = Array.from({ length: SPARKLINE_PARTS }, () => 0);
    for (const { kind, count, times } of alike) {
      byType[kind as EventType] = (byType[kind as EventType] ?? 0) + count;
      for (const [part, value] of times.series(first, last, SPARKLINE_PARTS).entries())
        sparkline[part] = (sparkline[part] as number) + value;
    }
    return {
      pattern,
      count: alike.reduce((sum, { count }) => sum + count, 0),
      byType,
      sources: [...new Set(alike.flatMap(({ sources }) => sources))],
      first: new Date(Math.min(...alike.map(({ firstMillis }) => firstMillis))).toISOString(),
      last: new Date(Math.max(...alike.map(({ lastMillis }) => lastMillis))).toISOString(),
      example: alike[0]?.example ?? '',
      sparkline: sparkline.map((value) => Math.round(value * 100) / 100),
    };
  });
  return lines.sort((a, b) => b.count - a.count);
}
