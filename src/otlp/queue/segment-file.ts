import { fstatSync, lstatSync, readdirSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toError } from '../../model/errors.js';
import { closeQuietly, makePrivateDirectory, NOT_PRIVATE, openPrivate } from '../../runtime/private-file.js';
import type { QueueOffset } from './offset-file.js';
import { HEADER_BYTES, type Offset, type Segment, START, VERSION, versionAt } from './segment.js';
import { countItems } from './segment-scan.js';

const NAME = /^(\d{12})\.otlp$/;
/** Names that somebody else may have taken in a directory. */
const MAX_TAKEN_NAMES = 1_000;

/** The number in the name of a segment; `undefined` if it is something else. */
function sequenceOf(name: string): number | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** A new segment with the first free number from one on, open for writing. */
export function createSegment(
  directory: string,
  from: number,
  base: number,
): { readonly segment: Segment; readonly descriptor: number } {
  for (let sequence = from; ; sequence += 1) {
    const path = join(directory, `${String(sequence).padStart(12, '0')}.otlp`);
    let descriptor: number;
    try {
      descriptor = openNew(path);
    } catch (error) {
      // somebody else put something there: it stays
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && sequence < from + MAX_TAKEN_NAMES) continue;
      throw error;
    }
    try {
      const inode = fstatSync(descriptor).ino;
      return { segment: segmentOf(sequence, path, base, inode, 0, 0), descriptor };
    } catch (error) {
      closeQuietly(descriptor);
      throw error;
    }
  }
}

function openNew(path: string): number {
  try {
    return openPrivate(path, 'create');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const directory = dirname(path);
    makePrivateDirectory(dirname(directory));
    makePrivateDirectory(directory);
    return openPrivate(path, 'create');
  }
}

function segmentOf(
  sequence: number,
  path: string,
  base: number,
  inode: number | undefined,
  size: number,
  items: number,
): Segment {
  return { sequence, path, base, inode, size, items, written: items, inFlight: 0, gone: false, failures: 0 };
}

/** Whether the file of a segment is still in its place. */
export function isInPlace({ path, inode }: Segment): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.ino === inode;
  } catch {
    // that can't be known, and what is open can be written
    return true;
  }
}

/** What a directory holds. */
export interface FoundSegments {
  readonly segments: Segment[];
  /** Where the first of them goes on. */
  readonly at: Offset;
  readonly items: number;
  /** Files of which nothing is left to be sent. */
  readonly sent: readonly string[];
  /** Another segment could not be opened, which may pass. */
  readonly isUnopened: boolean;
}

/**
 * The segments of a directory that are to be sent, in order. One that can't be read hides no other.
 *
 * @throws the error of the file system if the directory can't be listed.
 */
export function findSegments(
  directory: string,
  noted: QueueOffset | undefined,
  onDamage: (what: string) => void,
): FoundSegments {
  const segments: Segment[] = [];
  const sent: string[] = [];
  let at = START;
  let items = 0;
  let isUnopened = false;
  for (const name of readdirSync(directory).sort()) {
    const sequence = sequenceOf(name);
    if (sequence === undefined) continue;
    const path = join(directory, name);
    const from = noted?.sequence === sequence ? noted : START;
    try {
      const segment = foundSegment(path, sequence, from, items);
      if (segment === undefined || sequence < (noted?.sequence ?? 0)) {
        sent.push(path);
        continue;
      }
      if (segments.length === 0) at = from;
      segments.push(segment);
      items += segment.items;
    } catch (error) {
      if (!isForGood(error)) isUnopened = true;
      onDamage(`${path} can't be read, and is left as it is: ${toError(error).message}`);
    }
  }
  return { segments, at, items, sent, isUnopened };
}

/** A segment that was there, from an offset on; `undefined` if nothing is left of it. */
function foundSegment(path: string, sequence: number, from: Offset, total: number): Segment | undefined {
  const descriptor = openPrivate(path, 'read');
  try {
    const { size } = fstatSync(descriptor);
    if (size <= from.offset) return undefined;
    const head = Buffer.alloc(HEADER_BYTES);
    readSync(descriptor, head, 0, HEADER_BYTES, 0);
    const version = versionAt(head, 0);
    if (version !== undefined && version !== VERSION)
      throw Object.assign(new Error(`its layout is version ${version}, expected ${VERSION}`), { code: NOT_PRIVATE });
    const items = countItems(descriptor, size, from);
    return segmentOf(sequence, path, total - from.itemsBefore, undefined, size, items);
  } finally {
    closeQuietly(descriptor);
  }
}

/** Whether an error says that a file is not one of ours, or gone, and trying again changes nothing. */
export function isForGood(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', NOT_PRIVATE].includes(code);
}
