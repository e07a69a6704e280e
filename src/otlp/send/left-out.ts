import type { PartialSuccess } from '../encode/serializer.js';

/** How many items an endpoint left out of those of a request that it took, and what a person is told of it. */
export interface LeftOut {
  readonly items: number;
  readonly what: string;
}

/** What an endpoint says of a request of so many items that it took; `undefined` if it says nothing. */
export function leftOutOf(items: number, partial: PartialSuccess | undefined): LeftOut | undefined {
  if (partial === undefined) return undefined;
  const { message } = partial;
  const rejected = Math.min(items, Math.max(0, partial.rejected));
  if (rejected === 0) return { items: 0, what: `the OTLP endpoint says: ${message}` };
  return {
    items: rejected,
    what: `the OTLP endpoint rejected ${rejected === 1 ? '1 item' : `${rejected} items`}: ${message}`,
  };
}
