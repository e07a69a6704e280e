import { filter, linkTo } from '../state/location.js';

/** Time before and after a moment whose events are shown, in milliseconds. */
const AROUND_MILLIS = 30_000;

/** Where the events around a moment are, in milliseconds since the Unix epoch; of the same service if one is chosen. */
export function eventsAround(at: number): string {
  const iso = (millis: number) => new Date(millis).toISOString();
  const { service } = filter.peek();
  return linkTo('events', { startTime: iso(at - AROUND_MILLIS), endTime: iso(at + AROUND_MILLIS), service });
}
