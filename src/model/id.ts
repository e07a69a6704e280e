/** Random bytes: the platform's `crypto.getRandomValues`. */
type FillRandom = (bytes: Uint8Array) => Uint8Array;

/** Three digits at once: a table of 4,096 short texts. */
const HEX3: readonly string[] = Array.from({ length: 4_096 }, (_, bits) => bits.toString(16).padStart(3, '0'));
/** The third of the four dashes, the variant, three digits and the last dash. */
const VARIANT: readonly string[] = HEX3.map((digits) => `-8${digits}-`);
/** Random numbers that are drawn at once. */
const POOL_SIZE = 4_096;

/**
 * Makes a generator of UUIDs of version 7 (RFC 9562, section 5.7): ordered by time, and within one generator strictly
 * ascending, as a counter fills `rand_a` (method 1 of section 6.2). A clock that steps back doesn't break the order.
 *
 * Of `rand_b` 24 bits are drawn for each id, and 36 for each millisecond: ids of one generator differ by their counter,
 * and those of two by all of it. So an id is three pieces of text, which is what it costs in time and memory.
 *
 * @param fill - fills an array with random bytes.
 * @returns a function that takes the time in milliseconds and gives the next id.
 */
export function createIdGenerator(fill: FillRandom): (nowMillis: number) => string {
  const pool = new Uint32Array(POOL_SIZE);
  const bytes = new Uint8Array(pool.buffer);
  let used = POOL_SIZE;
  let given = -1;
  let millis = -1;
  let counter = 0;
  let before = '';
  let after = '';
  const random = (): number => {
    if (used === POOL_SIZE) {
      fill(bytes);
      used = 0;
    }
    used += 1;
    return pool[used - 1] as number;
  };
  const three = (bits: number): string => HEX3[bits & 0xfff] as string;
  const tick = (now: number): void => {
    millis = now;
    const hex = now.toString(16).padStart(12, '0');
    before = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
    const bits = random();
    after = three(bits) + three(bits >>> 12) + three(random());
  };
  return (nowMillis) => {
    if (nowMillis === given) {
      counter += 1;
    } else {
      given = nowMillis;
      const now = Math.min(Math.max(0, Math.trunc(nowMillis) || 0), 0xffff_ffff_ffff);
      if (now > millis) {
        tick(now);
        // a random start in the lower half leaves room to count, RFC 9562 section 6.2
        counter = random() & 0x7ff;
      } else {
        counter += 1;
      }
    }
    if (counter > 0xfff) {
      tick(millis + 1);
      counter = 0;
    }
    if (used === POOL_SIZE) {
      fill(bytes);
      used = 0;
    }
    const bits = pool[used] as number;
    used += 1;
    // of two short pieces, which are copied, and two that are only linked
    const middle =
      (HEX3[counter] as string) + (VARIANT[bits & 0xfff] as string) + (HEX3[(bits >>> 12) & 0xfff] as string);
    return before + middle + after;
  };
}

const platform = globalThis as unknown as { readonly crypto: { getRandomValues: FillRandom } };
let generate: ((nowMillis: number) => string) | undefined;

/** A new id, ordered by time: a UUID of version 7. */
export function newId(nowMillis: number): string {
  generate ??= createIdGenerator((bytes) => platform.crypto.getRandomValues(bytes));
  return generate(nowMillis);
}
