/** Whether a value is one that a field can have. */
export type Check = (value: unknown) => boolean;

const MAX_UINT64 = 2n ** 64n - 1n;
export const MAX_UINT32: number = 2 ** 32 - 1;

export const isText: Check = (value) => typeof value === 'string';

/** So many hex digits, not all of them 0. */
export const isHex =
  (digits: number): Check =>
  (value) =>
    typeof value === 'string' && value.length === digits && /^[\da-f]+$/i.test(value) && !/^0+$/.test(value);

export const isIntegerUpTo =
  (max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;

export const isOneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);

/** Nanoseconds since the Unix epoch, as OTLP holds them. */
export const isNanos: Check = (value) =>
  typeof value === 'string' && /^\d{1,20}$/.test(value) && (value.length < 20 || BigInt(value) <= MAX_UINT64);
