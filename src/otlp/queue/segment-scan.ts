import { readSync } from 'node:fs';
import { belongsTo, findHeader, HEADER_BYTES, headerAt, type Offset, type QueueEntry } from './segment.js';

const BLOCK_BYTES = 64 * 1024;

/** Reads a file in blocks, forwards. */
class BlockReader {
  readonly #descriptor: number;
  readonly #size: number;
  #block: Buffer = Buffer.alloc(0);
  #from = 0;

  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.#size = size;
  }

  /** What there is from a byte on, at most so many bytes. */
  read(position: number, length: number): Buffer {
    const wanted = Math.max(0, Math.min(length, this.#size - position));
    if (position < this.#from || position + wanted > this.#from + this.#block.length) {
      const block = Buffer.allocUnsafe(Math.max(wanted, Math.min(BLOCK_BYTES, this.#size - position)));
      let filled = 0;
      while (filled < block.length) {
        const read = readSync(this.#descriptor, block, filled, block.length - filled, position + filled);
        if (read === 0) break;
        filled += read;
      }
      this.#block = block.subarray(0, filled);
      this.#from = position;
    }
    return this.#block.subarray(position - this.#from, position - this.#from + wanted);
  }

  /** Where the next sound header begins; `undefined` if there is none up to the end. */
  find(position: number, itemsBefore: number): number | undefined {
    for (let at = position; at + HEADER_BYTES <= this.#size; at += BLOCK_BYTES) {
      // blocks overlap, so that no header falls between two of them
      const found = findHeader(this.read(at, BLOCK_BYTES + HEADER_BYTES - 1), 0, itemsBefore);
      if (found >= 0) return at + found;
    }
    return undefined;
  }
}

/**
 * Items from an offset to the end of a segment, as far as headers count them: those of damaged stretches that a sound
 * header follows, and those of an entry that was cut, included.
 */
export function countItems(descriptor: number, size: number, { offset, itemsBefore }: Offset): number {
  const reader = new BlockReader(descriptor, size);
  let before = itemsBefore;
  let at: number | undefined = offset;
  while (at !== undefined && at < size) {
    const header = headerAt(reader.read(at, HEADER_BYTES), 0);
    if (header === undefined || header.itemsBefore < before) {
      at = reader.find(at + 1, before);
    } else {
      before = header.itemsBefore + header.items;
      at += HEADER_BYTES + header.length;
      // a length that leads beyond the next entry, or beyond the end, hides nothing
      if (at > size) at = reader.find(at - header.length, before);
    }
  }
  return before - itemsBefore;
}

/** What a damaged stretch comes to. */
export interface Damage {
  /** A request whose header alone was damaged. */
  readonly saved: QueueEntry | undefined;
  /** Items that are lost. */
  readonly lost: number;
  /** Where the next sound entry begins, or the segment ends. */
  readonly next: Offset;
  /** In words, for whoever looks after the machine. */
  readonly what: string;
}

/**
 * Looks at the entry that begins at an offset and can't be read.
 *
 * @param size - bytes of the segment that count.
 * @param left - items that the segment is known to hold from there on.
 * @param count - counts the items of a request, if nothing else says how many they are.
 */
export function assessDamage(
  descriptor: number,
  size: number,
  from: Offset,
  left: number,
  count: (payload: Uint8Array) => number,
): Damage {
  const reader = new BlockReader(descriptor, size);
  const { offset, itemsBefore } = from;
  const here = headerAt(reader.read(offset, HEADER_BYTES), 0);
  if (here !== undefined && here.itemsBefore > itemsBefore) {
    // something before it was cut out
    const lost = Math.min(left, here.itemsBefore - itemsBefore);
    const what = `misses something before byte ${offset}: ${lost} items are lost`;
    return { saved: undefined, lost, next: { offset, itemsBefore: here.itemsBefore }, what };
  }
  const found = reader.find(offset + 1, itemsBefore);
  const end = found ?? size;
  const after = found === undefined ? undefined : headerAt(reader.read(found, HEADER_BYTES), 0);
  const between = after === undefined ? left : Math.min(left, after.itemsBefore - itemsBefore);
  const next: Offset = { offset: end, itemsBefore: after?.itemsBefore ?? itemsBefore + left };
  const stored = Buffer.from(reader.read(offset, Math.min(HEADER_BYTES, end - offset)));
  const isEnd = end >= size;
  const where = isEnd ? `ends with ${size - offset} bytes that are` : `has, from byte ${offset} to ${end}, what is`;
  for (const length of [end - offset - HEADER_BYTES, stored.length === HEADER_BYTES ? stored.readUInt32LE(4) : 0]) {
    const rest = end - offset - HEADER_BYTES - length;
    if (length < Math.max(1, between) || rest < 0) continue;
    const whole = Buffer.from(reader.read(offset + HEADER_BYTES, length + rest));
    const payload = whole.subarray(0, length);
    // another entry may hide in the rest, and not in NULs, which a crash may leave at the end
    if (whole.length < length + rest || whole.subarray(length).some((byte) => byte !== 0)) continue;
    const items = between > 0 ? between : count(payload);
    if (!belongsTo(stored, payload, items, itemsBefore)) continue;
    const what = `${where} no whole entry: its header is damaged, its request is sent`;
    return { saved: { payload, items }, lost: 0, next: { offset: end, itemsBefore: itemsBefore + items }, what };
  }
  return { saved: undefined, lost: between, next, what: `${where} no whole entry: ${between} items are lost` };
}
