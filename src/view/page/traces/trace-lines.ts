import type { TraceLine } from '../../api-types.js';

export type TraceOrder = 'latest' | 'slowest' | 'largest';

const SIZES: Readonly<Record<TraceOrder, (line: TraceLine) => number>> = {
  latest: ({ start }) => Date.parse(start),
  slowest: ({ durationMillis }) => durationMillis,
  largest: ({ spans, events }) => spans + events,
};

/** Traces of several answers, each once: what knows most of it. Those of a later answer may have grown. */
export function mergedTraces(answers: readonly (readonly TraceLine[])[], order: TraceOrder): readonly TraceLine[] {
  const byId = new Map<string, TraceLine>();
  for (const line of answers.flat()) {
    const known = byId.get(line.traceId);
    if (known === undefined || line.spans + line.events >= known.spans + known.events) byId.set(line.traceId, line);
  }
  const sizeOf = SIZES[order];
  return [...byId.values()].sort((a, b) => sizeOf(b) - sizeOf(a));
}

/**
 * Whether there may be traces between those that are listed and those of a newer answer: it has more before it, and knows
 * none of them.
 */
export function isApart(listed: readonly TraceLine[], newer: readonly TraceLine[]): boolean {
  const ids = new Set(listed.map(({ traceId }) => traceId));
  return !newer.some(({ traceId }) => ids.has(traceId));
}
