import { wellFormed } from './own-fields.js';

/** Values of one event's metadata that are kept, at all levels together. */
export const MAX_NODES = 1_000;
/** Characters of text that one event's metadata may hold. */
export const MAX_CHARACTERS = 4 * 1024 * 1024;

/** What stands in for a value beyond the limits. */
export const TRUNCATED = '[Truncated]';

/** What is left of the room for one event's metadata, and how much had none. */
export class CopyLimits {
  lost = 0;
  #nodes = 0;
  #characters = 0;

  /** Values that there is room for. */
  get room(): number {
    return Math.max(0, MAX_NODES - this.#nodes);
  }

  /** Takes the room of one value; false if there is none. */
  count(): boolean {
    this.#nodes += 1;
    if (this.#nodes <= MAX_NODES) return true;
    this.lost += 1;
    return false;
  }

  /** A text, as much of it as there is room for. */
  text(text: string): string {
    if (!this.count()) return TRUNCATED;
    const room = MAX_CHARACTERS - this.#characters;
    if (text.length > room) {
      this.lost += 1;
      this.#characters = MAX_CHARACTERS;
      return wellFormed(text.slice(0, Math.max(0, room))) + TRUNCATED;
    }
    this.#characters += text.length;
    return wellFormed(text);
  }

  /** A copy of bytes, as many as there is room for. */
  bytes(value: ArrayBuffer | ArrayBufferView): Uint8Array {
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    const room = MAX_CHARACTERS - this.#characters;
    if (bytes.length > room) this.lost += 1;
    const copied = bytes.slice(0, Math.max(0, room));
    this.#characters += copied.length;
    return copied;
  }
}
