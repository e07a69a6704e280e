import type { TelemetryItem } from '../../model/item.js';
import type { Position } from './stretch.js';

/** An item with its place. */
export interface Placed extends Position {
  readonly item: TelemetryItem;
}

/** Compares places in ascending order. */
function compare(a: Position, b: Position): number {
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  if (a.rank !== b.rank) return a.rank - b.rank;
  return a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0;
}

/** The items of several tables, each in order, in one order. */
export async function* merge(
  sources: readonly AsyncGenerator<Placed, void, undefined>[],
  descending: boolean,
): AsyncGenerator<Placed, void, undefined> {
  const sign = descending ? -1 : 1;
  try {
    const heads = await Promise.all(sources.map((source) => source.next()));
    for (;;) {
      let best = -1;
      for (const [i, head] of heads.entries()) {
        if (head.done === true) continue;
        const leader = heads[best];
        if (leader?.done !== false || compare(head.value, leader.value) * sign < 0) best = i;
      }
      const head = heads[best];
      if (head === undefined || head.done === true) return;
      yield head.value;
      heads[best] = await (sources[best] as (typeof sources)[number]).next();
    }
  } finally {
    await Promise.all(sources.map((source) => source.return()));
  }
}
