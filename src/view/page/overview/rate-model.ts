import type { EventType } from '../../../model/event-type.js';
import type { Overview, OverviewBucket } from '../../api-types.js';

export type RateBucket = OverviewBucket;

/** What is counted apart, from the bottom of a bar up: what matters most stands on the ground. */
export const PARTS = ['error', 'warning', 'info', 'debug', 'span'] as const;
export type RatePart = (typeof PARTS)[number];

export const PART_WORDS: Readonly<Record<RatePart, string>> = {
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
  span: 'span',
};

/** The same for the legend. */
export const LEGEND_WORDS: Readonly<Record<RatePart, string>> = {
  ...PART_WORDS,
  error: 'error, of events and spans',
  span: 'other span',
};

/** A chart of less would be one of a few broad bars. */
const FEWEST = 12;

/** The buckets from the start of the server on, and some before if it is young. */
export function bucketsSince({ buckets, startedAt, bucketSeconds }: Overview): readonly RateBucket[] {
  const started = Date.parse(startedAt) - bucketSeconds * 1_000;
  const first = buckets.findIndex(({ start }) => Date.parse(start) > started);
  return first <= 0 ? buckets : buckets.slice(Math.min(first, Math.max(0, buckets.length - FEWEST)));
}

/** A span that is an error counts as an error, as everywhere on the page. */
export function countOf({ events, spans, errorSpans }: RateBucket, part: EventType | 'span'): number {
  if (part === 'span') return spans - errorSpans;
  return part === 'error' ? events.error + errorSpans : events[part];
}

/** The time of buckets in words: `minute`, `10 minutes`. */
export function minutesOf(buckets: readonly RateBucket[], { bucketSeconds }: Overview): string {
  const minutes = Math.max(1, Math.round((buckets.length * bucketSeconds) / 60));
  return minutes === 1 ? 'minute' : `${minutes} minutes`;
}

export function totalOf(bucket: RateBucket): number {
  return PARTS.reduce((sum, part) => sum + countOf(bucket, part), 0);
}
