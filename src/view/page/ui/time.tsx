import type { VNode } from 'preact';
import { dayOf, timeOfDay, utcOf } from './time-format.js';

interface TimeProperties {
  /** ISO 8601 in UTC. */
  readonly iso: string;
  /** Nanoseconds since the Unix epoch, if they are known. */
  readonly unixNano?: string | undefined;
  /** Whether the day is shown as well. */
  readonly withDay?: boolean;
}

/** A time of the reader's zone, with UTC on hover. */
export function Time({ iso, unixNano, withDay = false }: TimeProperties): VNode {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return <span>{iso}</span>;
  const text = withDay ? `${dayOf(date)} ${timeOfDay(date)}` : timeOfDay(date);
  return (
    <time dateTime={iso} title={`${utcOf(iso, unixNano)} (UTC)`}>
      {text}
    </time>
  );
}
