import { show, TelemetryError } from '../model/errors.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds of each unit, by every name that it goes by. */
const UNITS: ReadonlyMap<string, number> = new Map(
  (
    [
      [1, 'ms', 'msec', 'millisecond', 'milliseconds'],
      [SECOND, 's', 'sec', 'secs', 'second', 'seconds'],
      [MINUTE, 'm', 'min', 'mins', 'minute', 'minutes'],
      [HOUR, 'h', 'hr', 'hrs', 'hour', 'hours'],
      [DAY, 'd', 'day', 'days'],
      [7 * DAY, 'w', 'wk', 'week', 'weeks'],
    ] as const
  ).flatMap(([millis, ...names]) => names.map((name) => [name, millis] as const)),
);

const PART = /^(\d+(?:\.\d+)?|an?(?=\s))\s*([a-z]+)(?:\s*,\s*|\s+and\s+|\s*)/i;

/** Milliseconds of `10m`, `1h30m`, `2 hours`, `an hour and 5 minutes`; `undefined` if the text is no length of time. */
export function durationMillis(text: string): number | undefined {
  let rest = text.trim().toLowerCase();
  if (rest === '') return undefined;
  let total = 0;
  while (rest !== '') {
    const match = PART.exec(rest);
    const unit = UNITS.get(match?.[2] ?? '');
    if (match === null || unit === undefined) return undefined;
    const [whole, amount = ''] = match;
    total += unit * (amount.startsWith('a') ? 1 : Number(amount));
    rest = rest.slice(whole.length);
  }
  return Number.isFinite(total) ? total : undefined;
}

/**
 * Reads a length of time, such as `1m`, `90s`, `1h30m` or `2 days`.
 *
 * @param who - the name that an error message begins with, such as an option's.
 * @returns milliseconds, more than 0.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` that says what was expected and what came.
 */
export function parseDuration(text: string, who = 'duration'): number {
  const millis = durationMillis(text);
  if (millis !== undefined && millis > 0) return millis;
  const hint = /^\s*\d+\s*$/.test(text) ? ': add a unit (ms, s, m, h, d or w)' : '';
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `${who}: expected a length of time such as 30s, 1m, 1h30m or 2 days, got ${show(text)}${hint}`,
  );
}
