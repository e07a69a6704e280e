import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { digestHex, randomHex } from '../../runtime/hex.js';
import { targetOf } from '../real-path.js';

/*
 * The files of one storage, all in the directory of the file that is written (of its target, if the path is a symbolic
 * link):
 *
 *     telemetry.jsonl                                    is written
 *     telemetry.20261124T021300123Z.jsonl                was closed by rotation: a segment
 *     telemetry.20261124T021300123Z.jsonl.gz             the same, compressed
 *     telemetry.20261124T021300123Z.jsonl~0a1b2c3d       is being closed: a segment, too, until it has its name
 *     telemetry.20261124T021300123Z.jsonl.gz.0a1b2c3d.tmp   is being compressed: no part of the storage
 *     FILE.idx                                           times in the stretches of FILE; see time-index.ts
 *     telemetry.jsonl.rotation.lock, .maintenance.lock   see lock-file.ts
 *
 * Invariants:
 * - The order of segments is that of their keys. A key is the time of closing, or the one behind the last key if that is
 *   later: a clock that is wrong spoils the time in a name, never the order.
 * - No file is replaced that may hold lines. A segment gets its name by link and unlink.
 * - If a segment is there plain and compressed, the plain one counts: the other may not be finished.
 */

/** A file that was closed by rotation. */
export interface Segment {
  readonly path: string;
  /** When it was closed, as it stands in the name: the order of segments. */
  readonly key: string;
  readonly compressed: boolean;
  /** Whether it has not got its final name yet. */
  readonly closing: boolean;
}

const KEY = '\\d{8}T\\d{9}Z';
const KEY_LENGTH = 19;
const LAST_MILLIS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The closed segments of a file, the oldest first; the uncompressed one if a segment is there as both. */
export function segmentsOf(path: string): Segment[] {
  const found = allOf(path);
  const plain = new Set(found.filter(isPlain).map((one) => one.path));
  const twins = new Set(twinsAmong(found));
  return found
    .filter((one) => !twins.has(one.path) && !(one.compressed && plain.has(one.path.replace(/\.gz$/, ''))))
    .toSorted((a, b) => (a.key < b.key || (a.key === b.key && a.path < b.path) ? -1 : 1));
}

/** Names for closing of segments that have their own name already: second names of the same files. */
export function twinsOf(path: string): string[] {
  return twinsAmong(allOf(path));
}

function twinsAmong(segments: readonly Segment[]): string[] {
  const closing = segments.filter((one) => one.closing);
  if (closing.length === 0) return [];
  const named = new Set(segments.filter(isPlain).map(({ path }) => identityOf(path)));
  return closing.map(({ path }) => path).filter((path) => named.has(identityOf(path) ?? path));
}

function isPlain({ compressed, closing }: Segment): boolean {
  return !compressed && !closing;
}

function allOf(path: string): Segment[] {
  const target = targetOf(path);
  const directory = dirname(target);
  const form = new RegExp(`^${escaped(stemOf(target))}\\.(${KEY})${escaped(extname(target))}(\\.gz|~[0-9a-f]{8})?$`);
  const found: Segment[] = [];
  for (const entry of entriesOf(directory)) {
    const match = form.exec(entry.name);
    const segment = join(directory, entry.name);
    if (match === null || !(entry.isFile() || (entry.isSymbolicLink() && isFile(segment)))) continue;
    const [, key = '', ending = ''] = match;
    found.push({ path: segment, key, compressed: ending === '.gz', closing: ending.startsWith('~') });
  }
  return found;
}

/** What killed compressions left. */
export function leftoversOf(path: string): string[] {
  const target = targetOf(path);
  const form = new RegExp(
    `^${escaped(stemOf(target))}\\.${KEY}${escaped(extname(target))}\\.gz(?:\\.[0-9a-f]{8})?\\.tmp$`,
  );
  return entriesOf(dirname(target))
    .filter((entry) => form.test(entry.name) && !entry.isDirectory())
    .map(({ name }) => join(dirname(target), name));
}

/** The key of a segment that is closed now: behind all that are there. */
export function nextKey(path: string, nowMillis: number): string {
  const now = keyOf(nowMillis);
  const last = segmentsOf(path).at(-1)?.key;
  return last === undefined || last < now ? now : keyAfter(last, now);
}

/** The key behind another one; `otherwise`, if there is none. */
export function keyAfter(key: string, otherwise: string): string {
  // as a number, not as a time: there is one behind the last millisecond of a year that has none
  const digits = String(BigInt(key.replace(/\D/g, '')) + 1n).padStart(17, '0');
  return digits.length > 17 ? otherwise : `${digits.slice(0, 8)}T${digits.slice(8)}Z`;
}

/** The key in the name of a segment, whatever stands behind it. */
export function keyIn(target: string, segment: string): string {
  const start = join(dirname(target), `${stemOf(target)}.`).length;
  return segment.slice(start, start + KEY_LENGTH);
}

/** Where the segment of a key is. */
export function segmentPath(target: string, key: string): string {
  return join(dirname(target), `${stemOf(target)}.${key}${extname(target)}`);
}

/** A name, that no other file has, for a segment until it gets its own. */
export function closingPath(target: string, key: string): string {
  return `${segmentPath(target, key)}~${randomHex(4)}`;
}

/** When a segment was closed, in milliseconds since the Unix epoch; NaN if its key is no time. */
export function millisOfKey(key: string): number {
  const at = (start: number, end: number): string => key.slice(start, end);
  return Date.parse(`${at(0, 4)}-${at(4, 6)}-${at(6, 8)}T${at(9, 11)}:${at(11, 13)}:${at(13, 15)}.${at(15, 18)}Z`);
}

/** Bytes of a file's beginning that distinguish its index from others. */
export const FINGERPRINT_BYTES = 256;

/** What a file begins with: its first line, or the beginning of that; `undefined` if it has none yet. */
export function fingerprintOf(head: Uint8Array): string | undefined {
  const line = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, FINGERPRINT_BYTES));
  const newline = line.indexOf(0x0a);
  if (newline < 0 && line.length < FINGERPRINT_BYTES) return undefined;
  return digestHex(newline < 0 ? line : line.subarray(0, newline), 16);
}

function keyOf(millis: number): string {
  return new Date(Math.min(LAST_MILLIS, Math.max(0, millis))).toISOString().replace(/[-:.]/g, '');
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `undefined` if it is gone, or can't be looked at. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
