import type { HrTime } from '../sdk-types.js';

/** A time as RIMP holds it: a Date, and the nanoseconds since the Unix epoch if those are finer. */
export interface Time {
  readonly date: Date;
  readonly timeUnixNano?: string;
}

/** The time of an HrTime; one that is no time gives `undefined`. */
export function timeFromHr(time: HrTime | undefined): Time | undefined {
  const nanos = nanosFromHr(time);
  if (nanos === undefined) return undefined;
  const date = new Date(Number(floorDivide(nanos, 1_000_000n)));
  if (Number.isNaN(date.getTime())) return undefined;
  return nanos % 1_000_000n === 0n ? { date } : { date, timeUnixNano: nanos.toString() };
}

/** The time of an HrTime, or `undefined` for 0, which means unknown in OpenTelemetry's data model. */
export function knownTimeFromHr(time: HrTime | undefined): Time | undefined {
  const found = timeFromHr(time);
  return found !== undefined && found.date.getTime() === 0 && found.timeUnixNano === undefined ? undefined : found;
}

/** Nanoseconds since the Unix epoch. */
export function nanosFromHr(time: HrTime | undefined): bigint | undefined {
  const seconds = time?.[0];
  const nanos = time?.[1];
  if (!Number.isFinite(seconds) || !Number.isFinite(nanos)) return undefined;
  return BigInt(Math.trunc(seconds as number)) * 1_000_000_000n + BigInt(Math.round(nanos as number));
}

/** The HrTime of nanoseconds since the Unix epoch. */
export function hrFromNanos(nanos: bigint): HrTime {
  const seconds = floorDivide(nanos, 1_000_000_000n);
  return [Number(seconds), Number(nanos - seconds * 1_000_000_000n)];
}

/** The HrTime of a Date, or of the finer time if it agrees with the Date. */
export function hrFromTime(date: Date, timeUnixNano: string | undefined): HrTime {
  const millis = date.getTime();
  if (timeUnixNano !== undefined && /^-?\d+$/.test(timeUnixNano)) {
    const nanos = BigInt(timeUnixNano);
    if (floorDivide(nanos, 1_000_000n) === BigInt(millis)) return hrFromNanos(nanos);
  }
  return hrFromMillis(millis);
}

/** The HrTime of milliseconds since the Unix epoch. */
export function hrFromMillis(millis: number): HrTime {
  const seconds = Math.floor(millis / 1000);
  return [seconds, (millis - seconds * 1000) * 1_000_000];
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
