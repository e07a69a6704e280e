import type { Portion } from './portion.js';
import { MAX_GROUP_ITEMS, MAX_SYNCED_ITEMS, type Sink } from './sink.js';

/** What a sink threw. */
export interface Failure {
  readonly error: unknown;
}

/** The first portions that a sink takes in one call: one, or several if it takes several together. */
export function nextGroup(sink: Sink, portions: readonly Portion[]): readonly Portion[] {
  if (sink.storeMany === undefined) return portions.slice(0, 1);
  const maxItems = sink.prefersAsync === true ? MAX_SYNCED_ITEMS : MAX_GROUP_ITEMS;
  let items = 0;
  let count = 0;
  for (const { size } of portions) {
    items += size;
    if (count > 0 && items > maxItems) break;
    count += 1;
  }
  return portions.slice(0, count);
}

/** Hands portions over in one call. */
export async function hand(sink: Sink, group: readonly Portion[]): Promise<Failure | undefined> {
  try {
    if (group.length > 1) await sink.storeMany?.(group.map(({ data }) => data));
    else for (const { data } of group) await sink.store(data);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Hands a portion over before it returns. */
export function handSync(sink: Sink, { data }: Portion): Failure | undefined {
  try {
    sink.storeSync?.(data);
    return undefined;
  } catch (error) {
    return { error };
  }
}
