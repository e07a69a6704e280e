/** Random octets: the platform's `crypto.getRandomValues`. */
type FillRandom = (octets: Uint8Array) => Uint8Array;

/** Ids for which randomness is made at a time. */
const IDS = 1024;
/** Characters of an id that are random: `yxxx-xxxxxxxxxxxx`. */
const TAIL = 17;
/** Octets that they take, with one to start a counter. */
const OCTETS = 9;
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const DASH = 0x2d;

/**
 * Makes a generator of UUIDs of version 7 (RFC 9562, section 5.7): ordered by time, and within one generator strictly
 * ascending, as a counter fills `rand_a` (method 1 of section 6.2). A clock that steps back doesn't break the order.
 *
 * @param fill - fills an array with random octets.
 * @returns a function that takes the time in milliseconds and gives the next id.
 */
export function createIdGenerator(fill: FillRandom): (nowMillis: number) => string {
  const random = new Uint8Array(IDS * OCTETS);
  const codes = new Uint8Array(IDS * TAIL);
  /** Version and counter of an id, as they stand in it. */
  const counters: string[] = [];
  let tails = '';
  let used = IDS;
  let millis = -1;
  let counter = 0;
  let prefix = '';
  const refill = (): void => {
    fill(random);
    writeTails(random, codes);
    // a piece of one long text costs less than a text of many pieces
    tails = String.fromCharCode.apply(undefined, codes as unknown as number[]);
    used = 0;
  };
  const tick = (now: number): void => {
    millis = now;
    const hex = now.toString(16).padStart(12, '0');
    prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-`;
  };
  return (nowMillis) => {
    if (used === IDS) refill();
    const at = used;
    used += 1;
    const now = Math.min(Math.max(0, Math.trunc(nowMillis) || 0), 0xffff_ffff_ffff);
    if (now > millis) {
      tick(now);
      // a random start in the lower half leaves room to count, RFC 9562 section 6.2
      counter = ((random[at * OCTETS + 8] as number) << 3) & 0x7ff;
    } else {
      counter += 1;
      if (counter > 0xfff) {
        tick(millis + 1);
        counter = 0;
      }
    }
    const counted = (counters[counter] ??= `${(0x7000 | counter).toString(16)}-`);
    return prefix + counted + tails.slice(at * TAIL, at * TAIL + TAIL);
  };
}

/** Writes the hexadecimal digits of random octets, with the variant of RFC 9562. */
function writeTails(random: Uint8Array, codes: Uint8Array): void {
  let to = 0;
  for (let from = 0; from < random.length; from += OCTETS) {
    for (let i = 0; i < 8; i += 1) {
      const octet = i === 0 ? 0x80 | ((random[from] as number) & 0x3f) : (random[from + i] as number);
      codes[to] = DIGITS[octet >> 4] as number;
      codes[to + 1] = DIGITS[octet & 15] as number;
      to += 2;
      if (i === 1) {
        codes[to] = DASH;
        to += 1;
      }
    }
  }
}

const platform = globalThis as unknown as { readonly crypto: { getRandomValues: FillRandom } };
let generate: ((nowMillis: number) => string) | undefined;

/** A new id, ordered by time: a UUID of version 7. */
export function newId(nowMillis: number): string {
  generate ??= createIdGenerator((octets) => platform.crypto.getRandomValues(octets));
  return generate(nowMillis);
}
