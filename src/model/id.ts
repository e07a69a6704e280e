/** Random bytes: the platform's `crypto.getRandomValues`. */
type FillRandom = (bytes: Uint8Array) => Uint8Array;

/** Three digits at once: a table of 4,096 short texts. */
const HEX3: readonly string[] = Array.from({ length: 4_096 }, (_, bits) => bits.toString(16).padStart(3, '0'));
/** Random numbers that are drawn at once. */
const POOL_SIZE = 4_096;

/**
 * Makes a generator of UUIDs of version 7 (RFC 9562, section 5.7): ordered by time, and within one generator strictly
 * ascending, as what is random is drawn anew for each millisecond, and counted up within it (method 2 of section 6.2). A
 * clock that steps back doesn't break the order.
 *
 * Ids of one generator differ by their time and the last 12 bits, and those of two by 60 random bits as well. So an id is
 * two pieces of text that are there already.
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
    const bits = random();
    const more = random();
    const time = [hex.slice(0, 8), '-', hex.slice(8), '-7', three(bits), '-8', three(bits >>> 12), '-'];
    // joined, as texts that are put together by + are only linked, and walked again for each id
    before = [...time, three(more), three(more >>> 12), three(random())].join('');
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
    return before + (HEX3[counter] as string);
  };
}

const platform = globalThis as unknown as { readonly crypto: { getRandomValues: FillRandom } };
let generate: ((nowMillis: number) => string) | undefined;

/** A new id, ordered by time: a UUID of version 7. */
export function newId(nowMillis: number): string {
  generate ??= createIdGenerator((bytes) => platform.crypto.getRandomValues(bytes));
  return generate(nowMillis);
}
