import type { EventLine } from '../../api-types.js';
import { getItems } from '../api/request.js';

/** Spans and events of one trace that are loaded at most. */
export const MOST_LINES = 20_000;
const PAGE_LINES = 5_000;

export interface LoadedTrace {
  readonly lines: readonly EventLine[];
  /** Whether there are more than {@link MOST_LINES}. */
  readonly isCut: boolean;
}

/** All events of a trace. */
export async function loadTrace(traceId: string, signal: AbortSignal): Promise<LoadedTrace> {
  const lines: EventLine[] = [];
  let after: string | undefined;
  do {
    const page = await getItems<EventLine>('events', { traceId, limit: PAGE_LINES, order: 'asc', after }, signal);
    lines.push(...page.items);
    after = page.items.length === 0 ? undefined : page.cursor;
  } while (after !== undefined && lines.length < MOST_LINES);
  return { lines: lines.slice(0, MOST_LINES), isCut: after !== undefined || lines.length > MOST_LINES };
}
