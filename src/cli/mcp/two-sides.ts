import type { RecordingComparer } from '../../analysis/compare-recordings.js';
import { parseDuration } from '../../analysis/duration.js';
import { parseTimeExpression } from '../../analysis/time-expression.js';
import type { TelemetryItem } from '../../model/item.js';
import { UsageError } from '../values.js';
import { filterFrom } from './filter-parameters.js';
import { timeText } from './item-entry.js';
import { readItems } from './read-items.js';
import type { Call } from './tool.js';

/** One of the two that are compared. */
export interface Side {
  readonly name: string;
  /** From its first item to its last, in milliseconds; 0 if there are fewer than two. */
  readonly millis: number;
}

/** What was read to be compared. */
export interface TwoSides {
  readonly sides: readonly [before: Side, after: Side];
  readonly notes: readonly string[];
}

/**
 * Gives a comparer the items of two recordings, "before" and "after", or those before and after the moment "at".
 *
 * @throws UsageError if it is neither.
 */
export function readTwoSides(call: Call, comparer: RecordingComparer): Promise<TwoSides> {
  const { before, after, at, window } = call.given;
  const isOfRecordings = before !== undefined || after !== undefined;
  if (isOfRecordings === (at !== undefined))
    throw new UsageError('expected "at", a moment; or "before" and "after" if there are several recordings');
  if (!isOfRecordings) return readAround(call, comparer);
  if (before === undefined || after === undefined) throw new UsageError('expected both "before" and "after"');
  if (window !== undefined) throw new UsageError('expected "window" with "at" only');
  return readBoth(call, comparer);
}

async function readBoth(call: Call, comparer: RecordingComparer): Promise<TwoSides> {
  const names: string[] = [];
  const notes: string[] = [];
  const spans = [new Span(), new Span()] as const;
  for (const recording of [0, 1] as const) {
    const { query, test } = filterFrom(call.given, call.now);
    const result = await readItems(call, {
      query,
      test,
      take: (item) => {
        spans[recording].add(item);
        comparer.add(item, recording);
        return undefined;
      },
      recording: (recording === 0 ? call.given.before : call.given.after) as string,
    });
    names.push(result.name);
    notes.push(...result.notes.map((note) => `${result.name}: ${note}`));
  }
  return { sides: sidesOf(names as [string, string], spans), notes };
}

async function readAround(call: Call, comparer: RecordingComparer): Promise<TwoSides> {
  const { given, now } = call;
  const at = parseTimeExpression(given.at as string, now, { utc: true, who: 'at' });
  const window = given.window === undefined ? undefined : parseDuration(given.window as string, 'window');
  const { query, test } = filterFrom(given, now);
  const times =
    window === undefined
      ? {}
      : { startTime: new Date(at.getTime() - window), endTime: new Date(at.getTime() + window) };
  const spans = [new Span(), new Span()] as const;
  const { name, notes } = await readItems(call, {
    query: { ...query, ...times },
    test,
    take: (item) => {
      const recording = item.timestamp < at ? 0 : 1;
      spans[recording].add(item);
      comparer.add(item, recording);
      return undefined;
    },
    recording: given.recording as string | undefined,
  });
  return { sides: sidesOf([`${name} before ${timeText(at)}`, `${name} since ${timeText(at)}`], spans), notes };
}

/** The times between which items are. */
class Span {
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  add({ timestamp }: TelemetryItem): void {
    const millis = timestamp.getTime();
    if (millis < this.#first) this.#first = millis;
    if (millis > this.#last) this.#last = millis;
  }

  get millis(): number {
    return Math.max(0, this.#last - this.#first);
  }
}

function sidesOf(
  [before, after]: readonly [string, string],
  [first, second]: readonly [Span, Span],
): TwoSides['sides'] {
  return [
    { name: before, millis: first.millis },
    { name: after, millis: second.millis },
  ];
}
