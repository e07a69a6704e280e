/** The longest text that is written letter by letter: for a longer one the way through the platform is shorter. */
const SHORT = 96;
const WORD = 2 ** 32;

/** Writes protobuf's wire format into one growing array of bytes. Tags are given as they are written. */
export class ProtobufWriter {
  /** Where the next byte goes. */
  at = 0;
  #bytes: Buffer;
  #view: DataView;
  #seconds = -1;
  #nanos = -1;
  #low = 0;
  #high = 0;

  constructor(size = 65_536) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** A copy of what was written. */
  copy(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.at);
  }

  /** What was written: nothing more may be. */
  whole(): Uint8Array {
    return this.#bytes.subarray(0, this.at);
  }

  /** Sees to it that so many bytes have room: to be called before each of the methods without a check of their own. */
  reserve(count: number): void {
    if (this.at + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.at + count));
    larger.set(this.#bytes.subarray(0, this.at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** One byte, unchecked. */
  byte(value: number): void {
    this.#bytes[this.at] = value;
    this.at += 1;
  }

  /** A whole number of 32 bits at most, unchecked: five bytes at most. */
  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A whole number of 64 bits with a sign, unchecked: ten bytes at most. */
  int64(value: number): void {
    if (value >= 0 && value < WORD) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  /** Four bytes, unchecked. */
  fixed32(value: number): void {
    this.#view.setUint32(this.at, value, true);
    this.at += 4;
  }

  /** Eight bytes, unchecked. */
  double(value: number): void {
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** Nanoseconds of an HrTime in eight bytes, unchecked: times of the same millisecond mostly come together. */
  time(seconds: number, nanos: number): void {
    if (seconds !== this.#seconds || nanos !== this.#nanos) {
      this.#seconds = seconds;
      this.#nanos = nanos;
      // of two parts, as the product is more than a number holds: exact, each below 2^53
      const lower = (seconds % 65_536) * 1e9 + nanos;
      const upper = Math.floor(seconds / 65_536) * 1e9;
      const low = (lower % WORD) + (upper % 65_536) * 65_536;
      this.#low = low % WORD;
      this.#high = Math.floor(lower / WORD) + Math.floor(upper / 65_536) + Math.floor(low / WORD);
    }
    this.#view.setUint32(this.at, this.#low, true);
    this.#view.setUint32(this.at + 4, this.#high, true);
    this.at += 8;
  }

  /** Bytes, with their number before them. */
  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length + 5);
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** Bytes as they are, unchecked. */
  raw(bytes: Uint8Array): void {
    const target = this.#bytes;
    const start = this.at;
    if (bytes.length > SHORT) target.set(bytes, start);
    else for (let i = 0; i < bytes.length; i += 1) target[start + i] = bytes[i] as number;
    this.at = start + bytes.length;
  }

  /** Text as UTF-8, with the number of its bytes before it. */
  text(text: string): void {
    const { length } = text;
    this.reserve(3 * length + 5);
    const start = this.at;
    if (length <= SHORT) {
      this.varint(length);
      if (this.ascii(text)) return;
      this.at = start;
    }
    this.varint(Buffer.byteLength(text));
    this.at += this.#bytes.write(text, this.at, 'utf8');
  }

  /** Text of ASCII, unchecked; false if it is no such text, and then what was written has to be taken back. */
  ascii(text: string): boolean {
    const target = this.#bytes;
    const start = this.at;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      target[start + i] = code;
    }
    this.at = start + text.length;
    return true;
  }

  /** The bytes of hexadecimal text, with their number before them. */
  hex(text: string): void {
    this.bytes(Buffer.from(text, 'hex'));
  }

  /** Begins a message whose length is not known yet; {@link end} takes what this gives. */
  begin(room = 1): number {
    this.reserve(5);
    this.at += room;
    return this.at;
  }

  /**
   * Puts the length in front of a message.
   *
   * @param room - bytes that were left for it; as many as it takes are best.
   */
  end(start: number, room = 1): void {
    const length = this.at - start;
    const more = varintSize(length) - room;
    if (more !== 0) {
      this.reserve(4);
      this.#bytes.copyWithin(start + more, start, this.at);
    }
    this.at = start - room;
    this.varint(length);
    this.at += length;
  }
}

/** The bytes of a whole number of 32 bits at most as a varint. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}
