import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

/** A file that was closed by rotation. */
export interface Segment {
  readonly path: string;
  /** When it was closed, as it stands in the name: the order of segments. */
  readonly key: string;
  readonly compressed: boolean;
}

const KEY = '\\d{8}T\\d{9}Z';

/** The closed segments of a file, the oldest first; the uncompressed one where a segment is there as both. */
export function segmentsOf(path: string): Segment[] {
  const folder = dirname(path);
  const form = new RegExp(`^${escaped(stemOf(path))}\\.(${KEY})${escaped(extname(path))}(\\.gz)?$`);
  const byKey = new Map<string, Segment>();
  for (const name of namesIn(folder)) {
    const match = form.exec(name);
    if (match === null) continue;
    const key = match[1] as string;
    const compressed = match[2] !== undefined;
    if (compressed && byKey.has(key)) continue;
    byKey.set(key, { path: join(folder, name), key, compressed });
  }
  return [...byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Where a file goes that is closed now: behind all that are there. */
export function newSegmentPath(path: string, nowMillis: number): string {
  const last = segmentsOf(path).at(-1);
  let millis = nowMillis;
  if (last !== undefined) millis = Math.max(millis, millisOfKey(last.key) + 1);
  const key = new Date(millis).toISOString().replace(/[-:.]/g, '');
  return join(dirname(path), `${stemOf(path)}.${key}${extname(path)}`);
}

/** When a segment was closed, in milliseconds since the Unix epoch. */
export function millisOfKey(key: string): number {
  const at = (start: number, end: number): string => key.slice(start, end);
  return Date.parse(`${at(0, 4)}-${at(4, 6)}-${at(6, 8)}T${at(9, 11)}:${at(11, 13)}:${at(13, 15)}.${at(15, 18)}Z`);
}

/** Bytes of a file's beginning that tell it from others. */
export const FINGERPRINT_BYTES = 256;

/** What a file begins with: its first line, or the beginning of that; `undefined` where there is none yet. */
export function fingerprintOf(head: Uint8Array): string | undefined {
  const line = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, FINGERPRINT_BYTES));
  const newline = line.indexOf(0x0a);
  if (newline < 0 && line.length < FINGERPRINT_BYTES) return undefined;
  return createHash('sha256')
    .update(newline < 0 ? line : line.subarray(0, newline))
    .digest('hex')
    .slice(0, 16);
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
