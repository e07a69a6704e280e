import { setOwn } from '../../codec/normalise.js';
import type { HrTime } from '../../otel/sdk-types.js';

const UID = 'log.record.uid';

/** 128 bits. */
export type Digest = readonly [number, number, number, number];

const SEED: Digest = [1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762];

/**
 * Gives the log records and points of one request ids that they get again when the request is sent again: a sender that
 * had no answer repeats it, and a database is to hold each of them once. Equal ones of one request differ by their number.
 * What has no time gets no id: nothing distinguishes it from a later one.
 */
export class RecordIds {
  readonly #numbers = new Map<string, number>();

  /** Sets the id of a record that has none of its own, in its attributes. */
  give(attributes: object, time: HrTime, source: () => string | Uint8Array, shared: Digest): void {
    if (Object.hasOwn(attributes, UID) || isUnknown(time)) return;
    setOwn(attributes as Record<string, unknown>, UID, uuidOf(time, this.#digest(source(), shared)));
  }

  /** What gives the ids of the items that a point becomes, each a part of it; `undefined` if the point has no time. */
  ofPoint(time: HrTime, source: () => string | Uint8Array, shared: () => Digest): PointId | undefined {
    if (isUnknown(time)) return undefined;
    const digest = this.#digest(source(), shared());
    return (part) => uuidOf(time, part === '' ? digest : digestOf(part, digest));
  }

  #digest(source: string | Uint8Array, shared: Digest): Digest {
    const digest = digestOf(source, shared);
    const key = digest.join();
    const number = this.#numbers.get(key) ?? 0;
    this.#numbers.set(key, number + 1);
    return number === 0 ? digest : mixed(digest, number);
  }
}

/** The id of a part of a point; `''`: of the point itself. */
export type PointId = (part: string) => string;

function isUnknown([seconds, nanos]: HrTime): boolean {
  return seconds === 0 && nanos === 0;
}

/** The digest of what the points of one metric share. */
export function metricDigest(shared: Digest, ...parts: readonly unknown[]): Digest {
  return digestOf(JSON.stringify(parts), shared);
}

/** The digest of what records and metrics share. */
export function sharedDigest(resource: object, scope: object): Digest {
  const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
  return digestOf(JSON.stringify([resource, scope], plain), SEED);
}

/** A digest that is fast rather than safe: whoever may send records may send any id with them as well. */
function digestOf(source: string | Uint8Array, [s0, s1, s2, s3]: Digest): Digest {
  let [a, b, c, d] = [s0, s1, s2, s3];
  const { length } = source;
  for (let i = 0; i < length; i += 1) {
    const unit = typeof source === 'string' ? source.charCodeAt(i) : (source[i] as number);
    a = b ^ Math.imul(a ^ unit, 597_399_067);
    b = c ^ Math.imul(b ^ unit, 2_869_860_233);
    c = d ^ Math.imul(c ^ unit, 951_274_213);
    d = a ^ Math.imul(d ^ unit, 2_716_044_179);
  }
  return finished(a, b, c, d);
}

function mixed([a, b, c, d]: Digest, number: number): Digest {
  return finished(a ^ number, b + Math.imul(number, 0x9e37_79b1), c, d);
}

function finished(a: number, b: number, c: number, d: number): Digest {
  const [e, f, g, h] = [
    Math.imul(c ^ (a >>> 18), 597_399_067),
    Math.imul(d ^ (b >>> 22), 2_869_860_233),
    Math.imul(a ^ (c >>> 17), 951_274_213),
    Math.imul(b ^ (d >>> 19), 2_716_044_179),
  ];
  const all = e ^ f ^ g ^ h;
  return [all >>> 0, (f ^ all) >>> 0, (g ^ all) >>> 0, (h ^ all) >>> 0];
}

/** A UUID of version 8 (RFC 9562, section 5.8): the time first, as databases keep what is in order best, then the digest. */
function uuidOf([seconds, nanos]: HrTime, [a, b, c]: Digest): string {
  const millis = seconds * 1_000 + Math.floor(nanos / 1e6);
  const time = hex(Math.min(Math.max(0, millis), 0xffff_ffff_ffff), 12);
  const variant = 0x8000 | (b & 0x3fff);
  return `${time.slice(0, 8)}-${time.slice(8)}-8${hex(a & 0xfff, 3)}-${hex(variant, 4)}-${hex((a >>> 12) & 0xffff, 4)}${hex(c, 8)}`;
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
