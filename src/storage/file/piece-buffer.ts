/** Characters that are put together before they become bytes: few enough to stay where new objects are. */
const CHUNK_CHARACTERS = 16 * 1024;
/** A buffer that one long line made larger than this is not kept. */
const MAX_KEPT_BYTES = 1024 * 1024;
const FIRST_BYTES = 320 * 1024;

/** Gathers text as bytes, in memory that is used again and again. */
export class PieceBuffer {
  #bytes: Buffer | undefined;
  #length = 0;
  #text = '';

  /** About how long it is: in bytes, as far as the text has become bytes, else in characters. */
  get size(): number {
    return this.#length + this.#text.length;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK_CHARACTERS) this.#encode();
  }

  /** All that was added, as UTF-8: valid until more is added. */
  get bytes(): Buffer {
    this.#encode();
    return this.#bytes?.subarray(0, this.#length) ?? Buffer.alloc(0);
  }

  clear(): void {
    this.#length = 0;
    this.#text = '';
    if (this.#bytes !== undefined && this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = undefined;
  }

  #encode(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    // a character has three bytes at most
    const needed = this.#length + 3 * text.length;
    if (this.#bytes === undefined || this.#bytes.length < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, needed));
      this.#bytes?.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }
}
