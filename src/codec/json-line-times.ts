import type { Times } from '../model/query.js';

// This sees that no line of a text is of the times that a query wants, without decoding them.
// It assumes lines as this library and Python write most of them, with times in UTC: of these `decodeOwnLine` says `null`,
// and the property test compares the two. A line that is anything else may be of those times, and has to be read.

const TEXT = String.raw`"[^"\\\x00-\x1f]*"`;
const DAY = '(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)';
const TIME = String.raw`\d{4}-${DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}(?:\d{3})?)?`;
const UTC = String.raw`(?:Z|\+00:00)?`;
const TYPE = '"(?:info|warning|error|debug)"';
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]\d{1,2})?`;

/** The fields of an event up to its metadata. */
const eventOf = (time: string): string =>
  `"event_id": ?${TEXT}, ?"timestamp": ?"${time}${UTC}", ?"event_type": ?${TYPE}, ?"source": ?${TEXT}, ?"message": ?${TEXT}`;
/** Metadata first, which may have a time as well: the event's own stands at the end of the line. */
const METADATA_FIRST = String.raw`"metadata": ?(?:(?!"event_id":)[^\n])+, ?`;

/** Seconds of which a time's text names one with so many characters. */
const UNITS = [
  [1, 19],
  [60, 16],
  [3_600, 13],
  [86_400, 10],
] as const;
/** So many of them are told apart. */
const MAX_UNITS = 32;

/**
 * Makes what says that a text is nothing but lines of other times than these; one that may be of these says `false`.
 *
 * @returns `undefined` if the times are too far apart for that.
 */
export function linesOutside(times: Times): ((text: string) => boolean) | undefined {
  const outside = linesOutsidePattern(times);
  if (outside === undefined) return undefined;
  return (text) => {
    outside.lastIndex = 0;
    return outside.test(text) && outside.lastIndex === text.length;
  };
}

/** Matches all lines, from the first of a text on, that are of other times than these, or empty: in one go. */
function linesOutsidePattern({ startMillis, endMillis }: Times): RegExp | undefined {
  const prefixes = prefixesOf(startMillis / 1000, endMillis / 1000);
  if (prefixes === undefined) return undefined;
  const time = `(?!${prefixes.join('|')})${TIME}`;
  const metric = `"metric_id": ?${TEXT}, ?"timestamp": ?"${time}${UTC}", ?"name": ?${TEXT}, ?"value": ?${NUMBER}, ?"unit": ?(?:null|${TEXT})`;
  // not metadata on both sides: what is first may hold a whole event
  const event = String.raw`event", ?"data": ?\{(?:${eventOf(time)}, ?"metadata": ?[^\n]*|${METADATA_FIRST}${eventOf(time)}\}\})`;
  const head = String.raw`\{"type": ?"(?:${event}|metric", ?"data": ?\{${metric}, ?"tags": ?[^\n]*)`;
  return new RegExp(String.raw`(?:(?:${head})?(?:\n|(?![^])))*`, 'y');
}

const NEXT = String.raw`^([^\n]*\n)\{"type": ?"`;
const NEXT_LINE = new RegExp(
  `${NEXT}(?:event", ?"data": ?\\{"event|metric", ?"data": ?\\{"metric)_id": ?${TEXT}, ?"timestamp": ?"(${TIME})${UTC}"`,
);
const NEXT_METADATA_FIRST = new RegExp(
  String.raw`${NEXT}event", ?"data": ?\{${METADATA_FIRST}${eventOf(`(${TIME})`)}\}\}\n`,
);

/**
 * Where the line begins that follows the first newline of a text, and its time in milliseconds since the Unix epoch, if it
 * is one as this library and Python write most of them, with its time in UTC.
 */
export function nextTime(text: string): { readonly at: number; readonly millis: number } | undefined {
  const match = NEXT_LINE.exec(text) ?? NEXT_METADATA_FIRST.exec(text);
  if (match === null) return undefined;
  const [, before, time] = match as unknown as readonly [string, string, string];
  return { at: before.length, millis: Date.parse(`${time}Z`) };
}

/** How the texts of all times between two seconds begin. */
function prefixesOf(first: number, last: number): readonly string[] | undefined {
  for (const [seconds, length] of UNITS) {
    const from = Math.floor(first / seconds);
    const count = Math.floor(last / seconds) - from + 1;
    if (!(count <= MAX_UNITS)) continue;
    const dates = Array.from({ length: Math.max(1, count) }, (_, i) => new Date((from + i) * seconds * 1000));
    // another year has more digits
    if (dates.some((date) => !(date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9_999))) return undefined;
    return dates.map((date) => date.toISOString().slice(0, length));
  }
  return undefined;
}
