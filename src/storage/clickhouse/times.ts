/** The latest second that every column of times and dates holds: 2106-02-07T06:28:15Z. */
export const LAST_MILLIS = 0xffff_ffff * 1_000;

/** A time as a column has it. */
export interface ColumnTime {
  /** Nanoseconds since the Unix epoch. */
  readonly nanos: string;
  /** Whether it is the exact time of the Date. */
  readonly isExact: boolean;
  /** Whether it is the exact `timeUnixNano`. */
  readonly isNano: boolean;
}

/** The nearest time that a column holds. */
export function clampMillis(millis: number): number {
  return Math.min(Math.max(0, millis), LAST_MILLIS);
}

/** @throws TypeError if the time is none. */
export function columnTime(timestamp: Date, timeUnixNano: unknown): ColumnTime {
  const millis = timestamp.getTime();
  if (Number.isNaN(millis)) throw new TypeError('expected a valid Date as timestamp');
  const clamped = clampMillis(millis);
  const isExact = clamped === millis;
  const nanos = nanosOf(clamped);
  if (!isExact || typeof timeUnixNano !== 'string') return { nanos, isExact, isNano: false };
  const isNano =
    millis > 0 &&
    timeUnixNano.startsWith(String(millis)) &&
    /^\d+$/.test(timeUnixNano) &&
    timeUnixNano.length === nanos.length;
  return { nanos: isNano ? timeUnixNano : nanos, isExact, isNano };
}

/** Milliseconds as nanoseconds. */
export function nanosOf(millis: number): string {
  return millis === 0 ? '0' : `${millis}000000`;
}

/** Nanoseconds of a column, from the earliest on that it can hold, as milliseconds. */
export function millisOf(nanos: string): number {
  return Number(BigInt(nanos) / 1_000_000n);
}
