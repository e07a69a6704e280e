import { parseTimestamp } from '../codec/timestamp.js';
import { show, TelemetryError } from '../model/errors.js';
import { durationMillis } from './duration.js';

/** How {@link parseTimeExpression} reads. */
export interface TimeExpressionOptions {
  /** Whether days and times without a zone are of UTC; default `false`: of the local zone. */
  readonly utc?: boolean;
  /** The name that an error message begins with, such as an option's; default `time`. */
  readonly who?: string;
}

const DAYS: ReadonlyMap<string, number> = new Map([
  ['today', 0],
  ['yesterday', -1],
  ['tomorrow', 1],
]);
const DAY = /^(today|yesterday|tomorrow)(?:(?:\s*,)?(?:\s+at)?\s+(.+))?$/;
const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/;
const CALENDAR = /^(\d+|an?)\s*(mo|months?|y|yrs?|years?)$/;
const HAS_ZONE = /(?:z|[+-]\d\d:?\d\d(?::?\d\d)?)$/i;
const DATE_ONLY = /^(?:[+-]\d{6}|\d{4})-\d\d-\d\d$/;

/** What numbers of so many digits count since the Unix epoch, in milliseconds. */
const EPOCHS: ReadonlyMap<number, number> = new Map([
  [10, 1e3],
  [13, 1],
  [16, 1e-3],
  [19, 1e-6],
]);

/**
 * Reads a time as people write it:
 *
 * - before now: `10m`, `1h30m`, `2 hours ago`, `3 months ago`; after now: `+5m`, `in 5 minutes`; `now`
 * - a day, with or without a time: `today`, `yesterday 14:00`, `tomorrow at 9:30`; a time of today: `14:00:05`
 * - ISO 8601, with a zone or without: `2026-11-01`, `2026-11-01 12:00`, `2026-11-01T12:00:00.5+01:00`
 * - since the Unix epoch: `@1790000000.5` in seconds; 10, 13, 16 or 19 digits in seconds, milli-, micro- or nanoseconds
 *
 * Days and weeks are 24 hours and seven times that, months and years those of the calendar. What is finer than a
 * millisecond is cut.
 *
 * @param now - the present time.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` that says what was expected and what came.
 */
export function parseTimeExpression(text: string, now: Date, options: TimeExpressionOptions = {}): Date {
  const { utc = false, who = 'time' } = options;
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const found =
    sinceEpoch(words) ?? relative(words, now, utc) ?? ofDay(words, now, utc) ?? ofTimestamp(text.trim(), utc);
  if (found !== undefined && !Number.isNaN(found.getTime())) return found;
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `${who}: expected a time such as 10m, 2 hours ago, today, yesterday 14:00, 2026-11-01T12:00:00Z or @1790000000, ` +
      `got ${show(text)}${hintFor(words)}`,
  );
}

function hintFor(words: string): string {
  if (/^\d+$/.test(words))
    return ': a number is one since the Unix epoch, of 10, 13, 16 or 19 digits; a length of time has a unit, such as 10m';
  if (/^\d{1,2}[./]\d{1,2}[./]\d{2,4}/.test(words)) return ': a date is written year-month-day';
  return '';
}

function sinceEpoch(words: string): Date | undefined {
  if (/^@\d+(?:\.\d+)?$/.test(words)) return new Date(Math.floor(Number(words.slice(1)) * 1000));
  const millis = /^\d+$/.test(words) ? EPOCHS.get(words.length) : undefined;
  if (millis === undefined) return undefined;
  return new Date(millis < 1 ? Number(BigInt(words) / BigInt(Math.round(1 / millis))) : Number(words) * millis);
}

function relative(words: string, now: Date, utc: boolean): Date | undefined {
  if (words === 'now') return new Date(now);
  const match = /^(in |\+|-)?\s*(.*?)( ago)?$/.exec(words);
  const [, before, amount = '', ago] = match ?? [];
  const isLater = before === 'in ' || before === '+';
  if (isLater && ago !== undefined) return undefined;
  const sign = isLater ? 1 : -1;
  const calendar = CALENDAR.exec(amount);
  if (calendar !== null) {
    const [, count = '', unit = ''] = calendar;
    const months = (count.startsWith('a') ? 1 : Number(count)) * (unit.startsWith('y') ? 12 : 1);
    return plusMonths(now, sign * months, utc);
  }
  const millis = durationMillis(amount);
  return millis === undefined ? undefined : new Date(Math.floor(now.getTime() + sign * millis));
}

/** The same day and time so many months later, the last day of a month that is too short for it. */
function plusMonths(now: Date, months: number, utc: boolean): Date {
  const later = new Date(now);
  if (utc) {
    later.setUTCMonth(later.getUTCMonth() + months);
    if (later.getUTCDate() !== now.getUTCDate()) later.setUTCDate(0);
  } else {
    later.setMonth(later.getMonth() + months);
    if (later.getDate() !== now.getDate()) later.setDate(0);
  }
  return later;
}

function ofDay(words: string, now: Date, utc: boolean): Date | undefined {
  const match = DAY.exec(words);
  const clock = match === null ? words : match[2];
  const time = clock === undefined ? ([0, 0, 0, 0] as const) : clockOf(clock);
  if (time === undefined) return undefined;
  const days = DAYS.get(match?.[1] ?? 'today') ?? 0;
  const date = new Date(now);
  if (utc) {
    date.setUTCDate(date.getUTCDate() + days);
    date.setUTCHours(...time);
  } else {
    date.setDate(date.getDate() + days);
    date.setHours(...time);
  }
  return date;
}

function clockOf(clock: string): readonly [number, number, number, number] | undefined {
  const match = CLOCK.exec(clock);
  if (match === null) return undefined;
  const [hour, minute, second] = [1, 2, 3].map((index) => Number(match[index] ?? 0)) as [number, number, number];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return [hour, minute, second, Number((match[4] ?? '').slice(0, 3).padEnd(3, '0'))];
}

function ofTimestamp(text: string, utc: boolean): Date | undefined {
  const date = parseTimestamp(text)?.date;
  const isLocal = !utc && (DATE_ONLY.test(text) || !HAS_ZONE.test(text));
  if (date === undefined || !isLocal) return date;
  const local = new Date(date);
  local.setFullYear(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  local.setHours(date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds());
  return local;
}
