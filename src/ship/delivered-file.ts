import { type Stats, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import {
  type FilePosition,
  HEAD_BYTES,
  headOf,
  headPrint,
  isIn,
  NEAR_BYTES,
  printOf,
} from '../storage/file/file-position.js';
import { readAt } from '../storage/file/line-blocks.js';
import { closeQuietly, openIfThere } from '../storage/file/open-if-there.js';

/** Up to where a file was delivered. */
export interface DeliveredFile extends FilePosition {
  /** Of a compressed file that was read to its end: its bytes and its trailer, which holds a checksum of its content. */
  readonly zipped?: string | undefined;
}

/** A file that is open. */
export interface ShipFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly compressed: boolean;
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  /** Changes if the file does. */
  readonly state: string;
  /** Its beginning, uncompressed. */
  readonly head: Buffer;
}

const FIRST_LINE = /^\ufeff?\s*\{\s*"type"\s*:/;
const TRAILER_BYTES = 8;

/** Opens a file; `undefined` if there is none. */
export async function openShipFile(path: string): Promise<ShipFile | undefined> {
  const handle = await openIfThere(path);
  if (handle === undefined) return undefined;
  try {
    const { dev, ino, size, mtimeMs } = await handle.stat();
    const start = await readAt(handle, 0, HEAD_BYTES);
    const isZipped = start[0] === 0x1f && start[1] === 0x8b;
    // what has the name of a compressed file, but is none, is a damaged one
    const compressed = isZipped || (path.endsWith('.gz') && !startsLikeRimp(start));
    const head = compressed ? await headOf({ handle, compressed }) : start;
    const state = stateOf({ dev, ino, size, mtimeMs });
    return { path, handle, compressed, device: dev, inode: ino, size, state, head };
  } catch (error) {
    await closeQuietly(handle);
    throw error;
  }
}

/** The state of what is at a path now; `undefined` if nothing is. */
export function stateAt(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && stateOf(found);
}

function stateOf({ dev, ino, size, mtimeMs }: Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs'>): string {
  return `${dev}:${ino}:${size}:${mtimeMs}`;
}

/** Whether a file begins as one of RIMP does. */
export function startsLikeRimp(head: Buffer): boolean {
  return FIRST_LINE.test(head.toString('utf8', 0, 64));
}

/** Whether a compressed file is, or is going to be, a copy of a plain one. */
export function isCopyOf(zipped: ShipFile, plain: ShipFile): boolean {
  if (!zipped.compressed || plain.compressed || zipped.head.length > plain.head.length) return false;
  return plain.head.subarray(0, zipped.head.length).equals(zipped.head);
}

/** The record of a file when its lines up to an offset were handed on. */
export function deliveredUpTo(file: ShipFile, offset: number, near: Buffer): DeliveredFile {
  const { device, inode } = file;
  return { device, inode, offset, head: headPrint(file.head), near: printOf(near.subarray(-NEAR_BYTES)) };
}

/** What distinguishes a whole compressed file from another one. */
export async function zippedMark({ handle, size }: ShipFile): Promise<string> {
  const trailer = await readAt(handle, Math.max(0, size - TRAILER_BYTES), TRAILER_BYTES);
  return `${size}-${trailer.toString('hex')}`;
}

/**
 * Finds the records of files: each record belongs to one file at most, if possible to the very one, else to one that holds
 * what was delivered.
 *
 * @param onUnreadable - is called with a file that can't be compared: it is not to be read now.
 */
export async function recordsOf(
  files: readonly ShipFile[],
  records: readonly DeliveredFile[],
  onUnreadable: (file: ShipFile, error: unknown) => void,
): Promise<Map<ShipFile, DeliveredFile>> {
  const found = new Map<ShipFile, DeliveredFile>();
  const done = new Set<ShipFile>();
  const left = new Set(records);
  for (const onlyItself of [true, false]) {
    for (const file of files) {
      if (done.has(file)) continue;
      try {
        const record = await firstOf(left, file, onlyItself);
        if (record === undefined) continue;
        found.set(file, record);
        left.delete(record);
      } catch (error) {
        onUnreadable(file, error);
      }
      done.add(file);
    }
  }
  return found;
}

async function firstOf(
  records: Iterable<DeliveredFile>,
  file: ShipFile,
  onlyItself: boolean,
): Promise<DeliveredFile | undefined> {
  for (const record of records) {
    if (onlyItself && (record.inode !== file.inode || record.device !== file.device)) continue;
    if (await isRecordOf(file, record)) return record;
  }
  return undefined;
}

async function isRecordOf(file: ShipFile, record: DeliveredFile): Promise<boolean> {
  const { head } = record;
  // most files differ here already: nothing has to be read
  if (file.head.length < head.bytes || printOf(file.head.subarray(0, head.bytes)).digest !== head.digest) return false;
  if (file.compressed && record.zipped !== undefined) return record.zipped === (await zippedMark(file));
  return isIn(file, record);
}

/** The records of a cursor that was read from a checkpoint; `undefined` if it is none of files. */
export function recordsIn(cursor: unknown): readonly DeliveredFile[] | undefined {
  const { files } = (cursor ?? {}) as { readonly files?: unknown };
  return Array.isArray(files) && files.every(isRecord) ? files : undefined;
}

function isRecord(value: unknown): value is DeliveredFile {
  const { device, inode, offset, head, near } = (value ?? {}) as Partial<DeliveredFile>;
  const isPrint = (print: Partial<FilePosition['head']> | undefined): boolean =>
    Number.isSafeInteger(print?.bytes) && typeof print?.digest === 'string';
  return [device, inode, offset].every((number) => Number.isFinite(number)) && isPrint(head) && isPrint(near);
}
