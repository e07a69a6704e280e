import { decodeLine } from '../codec/json-line-decode.js';
import { type LineBlock, readAt } from '../storage/file/line-blocks.js';
import type { ShipFile } from './delivered-file.js';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** A block without a line that has no end, unless that is whole all the same. */
export function wholePart(block: LineBlock): LineBlock {
  const { bytes, start } = block;
  if (bytes.at(-1) === NEWLINE) return block;
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  return isItem(bytes.subarray(end)) ? block : { bytes: bytes.subarray(0, end), start };
}

function isItem(line: Buffer): boolean {
  try {
    decodeLine(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** A block from an offset on. */
export function restOf({ bytes, start }: LineBlock, offset: number): LineBlock {
  return { bytes: bytes.subarray(offset - start), start: offset };
}

/** What there is from a byte on. */
export async function* bytesOf(
  { handle }: ShipFile,
  start: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for (let position = start; ; ) {
    const chunk = await readAt(handle, position, CHUNK_BYTES);
    if (chunk.length === 0) return;
    position += chunk.length;
    onRead(chunk.length);
    yield chunk;
  }
}
