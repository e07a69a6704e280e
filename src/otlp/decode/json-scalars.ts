import { DecodeError } from './decoder.js';

/** Integers of each type, as far as JSON may hold them (Protocol Buffers, "JSON Mapping"). */
const RANGES = {
  enum: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
  nanos: [0n, 2n ** 64n - 1n],
} as const;

/** A type of integers. */
export type IntegerType = keyof typeof RANGES;

// both alphabets, padded or not (Protocol Buffers, "JSON Mapping")
const BASE64 = /^[\w+/-]*={0,2}$/;
const INTEGER = /^-?\d{1,25}$/;
const NUMBER = /^(-?)(\d{1,400})(?:\.(\d{1,400}))?(?:[eE]([+-]?\d{1,3}))?$/;
const MAX_DIGITS = 25;

export function stringOf(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(name, 'a string', value);
  return value;
}

export function booleanOf(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrong(name, 'a boolean', value);
  return value;
}

export function listOf(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(name, 'a list', value);
  return value;
}

/** A double: a number, or text that is one, `NaN` and the infinities among them. */
export function doubleOf(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    if (NUMBER.test(value)) return Number(value);
    if (value === 'NaN') return Number.NaN;
    if (value === 'Infinity') return Number.POSITIVE_INFINITY;
    if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  }
  throw wrong(name, 'a number', value);
}

/** An integer that its type can hold: a number, or text with its digits, with an exponent or without. */
export function integerOf(name: string, type: IntegerType, value: unknown): bigint {
  const integer = digitsOf(value);
  if (integer === undefined) throw wrong(name, 'an integer', value);
  const [least, most] = RANGES[type];
  if (integer < least || integer > most) {
    throw new DecodeError(`expected "${name}" to be from ${least} to ${most}, got ${integer}`);
  }
  return integer;
}

/** An `int64`; the official JavaScript exporters write whole doubles beyond its range as such, too. */
export function intOf(value: unknown): number | bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return value;
  return exact(integerOf('intValue', 'int64', value));
}

/** An integer as a number if that is exact. */
export function exact(integer: bigint): number | bigint {
  const number = Number(integer);
  return BigInt(number) === integer ? number : integer;
}

export function hexOf(name: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[\da-f]*$/i.test(value)) throw wrong(name, 'hex digits', value);
  return value.toLowerCase();
}

export function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string' && BASE64.test(value)) return new Uint8Array(Buffer.from(value, 'base64'));
  // what JSON.stringify makes of a Uint8Array: older exporters of JavaScript send it
  const bytes: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [undefined];
  if (!bytes.every((byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) < 256))
    throw wrong('bytesValue', 'base64', value);
  return Uint8Array.from(bytes as number[]);
}

/** What is wrong with a value of a name. */
export function wrong(name: string, expected: string, value: unknown): DecodeError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new DecodeError(`expected "${name}" to be ${expected}, got ${got}`);
}

function digitsOf(value: unknown): bigint | undefined {
  // the digits that stood there, which may not be those of the nearest number
  if (typeof value === 'number') {
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(String(value)) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  return INTEGER.test(value) ? BigInt(value) : withExponent(value);
}

/** `1e2` and `1.50e2`, not `1.5`. */
function withExponent(text: string): bigint | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === '') return undefined;
  const digits = `${whole}${fraction}`;
  const zeros = Number(exponent) - fraction.length;
  const kept = zeros < 0 ? digits.slice(0, zeros) : digits;
  const cut = zeros < 0 ? digits.slice(zeros) : '';
  if (/[1-9]/.test(cut) || kept.length + Math.max(0, zeros) > MAX_DIGITS) return undefined;
  return BigInt(`${sign}${kept || '0'}${'0'.repeat(Math.max(0, zeros))}`);
}
