/** 128 bits. */
export type Digest = readonly [number, number, number, number];

/** Where a digest begins. */
export const SEED: Digest = [1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762];

/** A digest that is fast rather than safe: whoever may send records may send any id with them as well. */
export function digestOf(source: string | Uint8Array, [s0, s1, s2, s3]: Digest): Digest {
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

/** Another digest for each number. */
export function mixed([a, b, c, d]: Digest, number: number): Digest {
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

/**
 * A UUID of version 8 (RFC 9562, section 5.8): the time first, as databases keep what is in order best, then the digest.
 *
 * @param time - seconds and nanoseconds since the Unix epoch.
 */
export function uuidOf([seconds, nanos]: readonly [number, number], [a, b, c]: Digest): string {
  const millis = seconds * 1_000 + Math.floor(nanos / 1e6);
  const time = hex(Math.min(Math.max(0, millis), 0xffff_ffff_ffff), 12);
  const variant = 0x8000 | (b & 0x3fff);
  return `${time.slice(0, 8)}-${time.slice(8)}-8${hex(a & 0xfff, 3)}-${hex(variant, 4)}-${hex((a >>> 12) & 0xffff, 4)}${hex(c, 8)}`;
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
