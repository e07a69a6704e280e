/** Random bytes: the platform's `crypto.getRandomValues`. */
type FillRandom = (bytes: Uint8Array) => Uint8Array;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Makes a generator of UUIDs of version 7 (RFC 9562, section 5.7): ordered by time, and within one generator strictly
 * ascending, as a counter fills `rand_a` (method 1 of section 6.2). A clock that steps back doesn't break the order.
 *
 * @param fill - fills an array with random bytes.
 * @returns a function that takes the time in milliseconds and gives the next id.
 */
export function createIdGenerator(fill: FillRandom): (nowMillis: number) => string {
  const pool = new Uint8Array(16_384);
  let used = pool.length;
  let millis = -1;
  let counter = 0;
  let prefix = '';
  const bytes = (): number => {
    if (used + 8 > pool.length) {
      fill(pool);
      used = 0;
    }
    const at = used;
    used += 8;
    return at;
  };
  const tick = (now: number): void => {
    millis = now;
    const hex = now.toString(16).padStart(12, '0');
    prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-`;
  };
  return (nowMillis) => {
    const at = bytes();
    const hex = (offset: number): string => HEX[pool[at + offset] as number] as string;
    const now = Math.min(Math.max(0, Math.trunc(nowMillis) || 0), 0xffff_ffff_ffff);
    if (now > millis) {
      tick(now);
      // a random start in the lower half leaves room to count, RFC 9562 section 6.2
      counter = ((pool[at] as number) << 3) & 0x7ff;
    } else {
      counter += 1;
      if (counter > 0xfff) {
        tick(millis + 1);
        counter = 0;
      }
    }
    const a = 0x7000 | counter;
    const variant = 0x80 | ((pool[at + 1] as number) & 0x3f);
    return `${prefix}${HEX[a >> 8]}${HEX[a & 0xff]}-${HEX[variant]}${hex(2)}-${hex(3)}${hex(4)}${hex(5)}${hex(6)}${hex(7)}${HEX[(pool[at] as number) ^ 0x5a]}`;
  };
}

const platform = globalThis as unknown as { readonly crypto: { getRandomValues: FillRandom } };
let generate: ((nowMillis: number) => string) | undefined;

/** A new id, ordered by time: a UUID of version 7. */
export function newId(nowMillis: number): string {
  generate ??= createIdGenerator((bytes) => platform.crypto.getRandomValues(bytes));
  return generate(nowMillis);
}
