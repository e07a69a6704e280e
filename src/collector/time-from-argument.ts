import { parseTimestamp, type Timestamp } from '../codec/timestamp.js';
import { isTime } from '../runtime/clock.js';

/** What a call site may give as a time: a Date, milliseconds since the Unix epoch, ISO text, or OpenTelemetry's HrTime. */
export type TimeArgument = Date | number | string | readonly [seconds: number, nanoseconds: number];

/** The time that somebody gave; `undefined` if it can't be one. Nothing here throws. */
export function timeFromArgument(given: unknown): Timestamp | undefined {
  try {
    if (typeof given === 'number') return ofMillis(given);
    if (typeof given === 'string') return parseTimestamp(given.trim());
    if (Array.isArray(given)) return ofHrTime(given);
    // also of another realm; what is no Date throws
    return ofMillis(Date.prototype.getTime.call(given));
  } catch {
    return undefined;
  }
}

function ofMillis(millis: number): Timestamp | undefined {
  return isTime(millis) ? { date: new Date(millis) } : undefined;
}

function ofHrTime([seconds, nanos, ...more]: readonly unknown[]): Timestamp | undefined {
  if (!Number.isSafeInteger(seconds) || !Number.isSafeInteger(nanos) || more.length > 0) return undefined;
  const [whole, below] = [seconds as number, nanos as number];
  if (below < 0 || below >= 1e9) return undefined;
  const time = ofMillis(whole * 1000 + Math.floor(below / 1e6));
  if (time === undefined || below % 1e6 === 0) return time;
  return { ...time, timeUnixNano: (BigInt(whole) * 1_000_000_000n + BigInt(below)).toString() };
}
