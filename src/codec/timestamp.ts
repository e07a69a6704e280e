/** A time as RIMP holds it: a Date, and the nanoseconds since the Unix epoch if those are finer. */
export interface Timestamp {
  readonly date: Date;
  /** Decimal text; absent if the time is whole milliseconds. */
  readonly timeUnixNano?: string;
}

// Python's isoformat(), JavaScript's toISOString() and RFC 3339; what has no zone is UTC, as RIMP for Python wrote utcnow()
const FORM =
  /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s?([Zz])|([+-])(\d\d):?(\d\d)(?::?(\d\d))?)?)?$/;

// as this library and Python write most of them
const PLAIN = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{3})(\d{3})?)?(?:Z|\+00:00)?$/;

/** Reads a timestamp; `undefined` if the text is none. Digits beyond nanoseconds are cut. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const plain = PLAIN.exec(text);
  const quick = plain && timestampOfParts(plain[1] as string, plain[2], plain[3]);
  if (quick) return quick;
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const digits = (match[7] ?? '').slice(0, 9).padEnd(9, '0');
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return undefined;
  date.setUTCHours(hour, minute, second, Number(digits.slice(0, 3)));
  if (match[9] !== undefined) {
    if (part(10) > 23 || part(11) > 59) return undefined;
    const offset = ((part(10) * 60 + part(11)) * 60 + part(12)) * 1000;
    date.setTime(date.getTime() - (match[9] === '-' ? -offset : offset));
  }
  if (Number.isNaN(date.getTime())) return undefined;
  const below = digits.slice(3);
  if (below === '000000') return { date };
  return { date, timeUnixNano: (BigInt(date.getTime()) * 1_000_000n + BigInt(below)).toString() };
}

let readSecond = '';
let readMillis = 0;
let readDigits = '';

/**
 * As {@link parseTimestamp}, of a time in UTC that is cut in parts: most lines are of the second of the one before.
 *
 * @param second - such as `2026-01-01T00:00:00`.
 * @param millis - three digits, or nothing.
 * @param micros - the three digits below, or nothing.
 */
export function timestampOfParts(second: string, millis = '000', micros = '000'): Timestamp | undefined {
  if (second !== readSecond) {
    const start = Date.parse(`${second}Z`);
    // Date.parse takes February 30 for March 2
    if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 19) !== second) return undefined;
    // a copy: a slice would keep the whole text that it was cut from
    readSecond = JSON.parse(`"${second}"`) as string;
    readMillis = start;
    readDigits = String(start / 1000);
  }
  const time = readMillis + threeDigits(millis);
  const date = new Date(time);
  if (micros === '000') return { date };
  // text put together costs less than large numbers do
  const timeUnixNano =
    readMillis > 0
      ? `${readDigits}${millis}${micros}000`
      : (BigInt(time) * 1_000_000n + BigInt(`${micros}000`)).toString();
  return { date, timeUnixNano };
}

/** The number that three digits are. `Number` is slow for a text that V8 has not seen before. */
function threeDigits(text: string): number {
  return text.charCodeAt(0) * 100 + text.charCodeAt(1) * 10 + text.charCodeAt(2) - 111 * 0x30;
}

let lastSecond = Number.NaN;
let lastPrefix = '';

/**
 * Writes a timestamp in UTC with `Z`: three digits of the second, or as many up to nine as `timeUnixNano` has, if
 * that agrees with the Date to the millisecond.
 */
export function formatTimestamp(date: Date, timeUnixNano?: string): string {
  const millis = date.getTime();
  const second = Math.floor(millis / 1000);
  if (second !== lastSecond) {
    // toISOString costs ten times what the rest does
    lastPrefix = date.toISOString().slice(0, -4);
    lastSecond = second;
  }
  const within = millis - second * 1000;
  const three = within < 10 ? `00${within}` : within < 100 ? `0${within}` : `${within}`;
  return `${lastPrefix}${three}${timeUnixNano === undefined ? '' : digitsBelow(timeUnixNano, millis)}Z`;
}

/** The digits of the nanoseconds below the millisecond, without trailing zeros. */
function digitsBelow(timeUnixNano: string, millis: number): string {
  if (!/^-?\d{1,25}$/.test(timeUnixNano)) return '';
  const below = BigInt(timeUnixNano) - BigInt(millis) * 1_000_000n;
  if (below <= 0n || below >= 1_000_000n) return '';
  const digits = below.toString().padStart(6, '0');
  return digits.endsWith('000') ? digits.slice(0, 3) : digits;
}
