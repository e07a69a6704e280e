/** A time as RIMP holds it: a Date, and the nanoseconds since the Unix epoch if those are finer. */
export interface Timestamp {
  readonly date: Date;
  /** Decimal text; absent if the time is whole milliseconds. */
  readonly timeUnixNano?: string;
}

// Python's isoformat(), JavaScript's toISOString() and RFC 3339; what has no zone is UTC, as RIMP for Python wrote utcnow()
const FORM =
  /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s?([Zz])|([+-])(\d\d):?(\d\d)(?::?(\d\d))?)?)?$/;

/** Reads a timestamp; `undefined` if the text is none. Digits beyond nanoseconds are cut. */
export function parseTimestamp(text: string): Timestamp | undefined {
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
