import type { FileHandle } from 'node:fs/promises';
import { digestHex } from '../../runtime/hex.js';
import { GzipDamage, unzippedParts } from './gunzip.js';
import { type Range, readAt } from './line-blocks.js';

/*
 * Where somebody was in a file, so that it is found again when the file was renamed, compressed, copied or written on,
 * and not found when it was truncated, rewritten, restored or replaced by one that begins alike: the digest of the file's
 * beginning, up to 4 KiB as it grows, and that of the bytes beside the position. Device and inode choose among files of
 * equal content; alone they prove nothing, as the numbers of deleted files are used again.
 */

/** Bytes of a file's beginning that are compared. */
export const HEAD_BYTES = 4096;
/** Bytes beside a position that are compared. */
export const NEAR_BYTES = 256;
const NEWLINE = 0x0a;

/** A part of a file, as a digest. */
export interface Print {
  readonly bytes: number;
  readonly digest: string;
}

/** See above. */
export interface FilePosition {
  readonly device: number;
  readonly inode: number;
  /** In bytes, as the file is uncompressed. */
  readonly offset: number;
  readonly head: Print;
  /** Of bytes that end at the offset, or begin there if `isBehind`. */
  readonly near: Print;
  readonly isBehind?: boolean | undefined;
}

/** A file that is open. */
export interface OpenedFile {
  readonly handle: FileHandle;
  readonly compressed: boolean;
}

/** A part of a file as a digest. */
export function printOf(bytes: Uint8Array): Print {
  return { bytes: bytes.length, digest: digestHex(bytes, 16) };
}

/** What is sure to stay of a file's beginning: whole lines, as somebody may be writing the last one. */
export function headPrint(head: Buffer): Print {
  return printOf(
    head.length < HEAD_BYTES ? head.subarray(0, head.lastIndexOf(NEWLINE) + 1) : head.subarray(0, HEAD_BYTES),
  );
}

/** A file's beginning, uncompressed; what of a damaged one can be read. */
export async function headOf({ handle, compressed }: OpenedFile): Promise<Buffer> {
  return compressed ? zippedPart(handle, { start: 0, end: HEAD_BYTES }) : readAt(handle, 0, HEAD_BYTES);
}

/** Whether a position is one in this file. */
export async function isIn({ handle, compressed }: OpenedFile, position: FilePosition): Promise<boolean> {
  const { offset, head, near, isBehind } = position;
  const read = (range: Range): Promise<Buffer> =>
    compressed ? zippedPart(handle, range) : readAt(handle, range.start, range.end - range.start);
  if (!isSame(await read({ start: 0, end: head.bytes }), head)) return false;
  const start = isBehind === true ? offset : offset - near.bytes;
  return isSame(await read({ start, end: start + near.bytes }), near);
}

/** A cursor as text. */
export function cursorOf({ device, inode, offset, head, near, isBehind }: FilePosition): string {
  const numbers = [device, inode, offset, head.bytes, near.bytes].map((value) => value.toString(36));
  return `f2${isBehind === true ? 'd' : 'a'}.${numbers.join('.')}.${head.digest}.${near.digest}`;
}

const CURSOR =
  /^f2([ad])\.([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.([0-9a-z]{1,11})\.([0-9a-z]{1,3})\.([0-9a-z]{1,2})\.([0-9a-f]{16})\.([0-9a-f]{16})$/;

/** The position in a cursor; `undefined` if it is none of ours. */
export function positionIn(cursor: string): FilePosition | undefined {
  const match = CURSOR.exec(cursor);
  if (match === null) return undefined;
  const [, order, ...rest] = match;
  const [device, inode, offset, headBytes, nearBytes] = rest.slice(0, 5).map((text) => Number.parseInt(text, 36)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    device,
    inode,
    offset,
    head: { bytes: headBytes, digest: rest[5] as string },
    near: { bytes: nearBytes, digest: rest[6] as string },
    isBehind: order === 'd',
  };
}

function isSame(bytes: Buffer, print: Print): boolean {
  return bytes.length === print.bytes && printOf(bytes).digest === print.digest;
}

/** A part of what a compressed file holds; less, if it can't be read up to there. */
async function zippedPart(handle: FileHandle, { start, end }: Range): Promise<Buffer> {
  const found: Buffer[] = [];
  let position = 0;
  if (end <= start) return Buffer.alloc(0);
  try {
    for await (const part of unzippedParts(handle)) {
      const next = position + part.length;
      if (next > start) found.push(part.subarray(Math.max(0, start - position), Math.min(part.length, end - position)));
      position = next;
      if (position >= end) break;
    }
  } catch (error) {
    if (!(error instanceof GzipDamage)) throw error;
  }
  return Buffer.concat(found);
}
