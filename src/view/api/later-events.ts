import type { TraceSummaries } from '../../analysis/trace-summaries.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import { startNanosOf } from '../../model/span.js';
import type { ScanResult } from './scan.js';
import { NANOS_OF_MILLI } from './trace-cursor.js';

/** Events that are read until the last known end of a trace, and of what comes after it. */
const MAX_PRESENT_EVENTS = 50_000;
const MAX_FURTHER_EVENTS = 20_000;

interface LaterOptions {
  readonly query: TelemetryQuery;
  /** The traces, as far as they are known. */
  readonly found: TraceSummaries;
  /** Up to where they were read. */
  readonly millis: number;
  /** Reads a part of the time, the earliest first. */
  readonly read: (part: TelemetryQuery, maxItems: number, visit: (item: TelemetryItem) => void) => Promise<ScanResult>;
  readonly take: (item: TelemetryItem) => void;
}

/**
 * Takes the events of traces that come later than what was read of them.
 *
 * @returns the time from which on spans are missing though a trace was still open, in nanoseconds; `undefined` if there is
 * none.
 */
export async function takeLater({ query, found, millis, read, take }: LaterOptions): Promise<bigint | undefined> {
  let reached = BigInt(millis) * NANOS_OF_MILLI;
  const visit = (item: TelemetryItem) => {
    if (!isEvent(item)) return;
    reached = startNanosOf(item);
    if (item.otel?.traceId !== undefined && found.has(item.otel.traceId)) take(item);
  };
  const readPart = async (after: number, until: number, maxItems: number): Promise<boolean> => {
    const part = between(query, after, until);
    return part !== undefined && (await read(part, maxItems, visit)).cut;
  };
  const end = Math.max(millis, lastMillisOf(found));
  if (await readPart(millis, end, MAX_PRESENT_EVENTS)) return reached;
  // what was done for a trace without waiting for it
  await readPart(end, Number.POSITIVE_INFINITY, MAX_FURTHER_EVENTS);
  return undefined;
}

/** What comes after one time, until another one; `undefined` if there is nothing between them. */
function between({ endTime }: TelemetryQuery, after: number, until: number): TelemetryQuery | undefined {
  const last = Math.min(endTime?.getTime() ?? Number.POSITIVE_INFINITY, until);
  if (after >= last) return undefined;
  return { startTime: new Date(after + 1), ...(last < Number.POSITIVE_INFINITY && { endTime: new Date(last) }) };
}

/** When the last of the spans that are known ends. */
function lastMillisOf(found: TraceSummaries): number {
  const last = found.list().reduce((most, { endNanos }) => (endNanos > most ? endNanos : most), 0n);
  return Number(last / NANOS_OF_MILLI);
}
