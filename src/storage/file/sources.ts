import type { FileHandle } from 'node:fs/promises';
import { builtIn } from '../../runtime/built-in.js';
import { targetOf } from '../real-path.js';
import { closeQuietly, openIfThere, openSegment } from './open-if-there.js';
import { segmentsOf } from './segments.js';

/** How often the list of files is looked at anew while files are being rotated. */
const ATTEMPTS = 20;

/** A file of those that make up a storage. */
export interface Source {
  readonly path: string;
  readonly compressed: boolean;
  readonly device: number;
  readonly inode: number;
  /** Open already, so that it can't be rotated away: the file that is being written. */
  readonly handle?: FileHandle;
}

/** A source that is open. */
export interface OpenSource extends Source {
  readonly handle: FileHandle;
  /** Its beginning, uncompressed. */
  readonly head: Buffer;
}

/** The files of a storage as they are at one moment, the oldest first, each once. */
export async function listSources(storage: string): Promise<Source[]> {
  for (let attempt = 1; ; attempt += 1) {
    const path = targetOf(storage);
    const handle = await openIfThere(path);
    try {
      const closed = segmentsOf(path);
      const live = await handle?.stat();
      // rotated and compressed since it was opened: it would come twice
      if (handle !== undefined && live?.nlink === 0 && attempt < ATTEMPTS) {
        await closeQuietly(handle);
        continue;
      }
      const sources: Source[] = [];
      const seen = new Set([`${live?.dev}:${live?.ino}`]);
      for (const { path: segment, compressed } of closed) {
        const { dev, ino } = await identityOf(segment);
        if (ino !== 0 && seen.has(`${dev}:${ino}`)) continue;
        seen.add(`${dev}:${ino}`);
        sources.push({ path: segment, compressed, device: dev, inode: ino });
      }
      if (handle === undefined || live === undefined) return sources;
      return [...sources, { path, compressed: false, handle, device: live.dev, inode: live.ino }];
    } catch (error) {
      await closeQuietly(handle);
      throw error;
    }
  }
}

/** Opens a source; `undefined` if it was removed since it was listed. Its handle is the caller's to close, if it is new. */
export async function openSource(source: Source): Promise<(Source & { readonly handle: FileHandle }) | undefined> {
  const { handle } = source;
  if (handle !== undefined) return { ...source, handle };
  const opened = await openSegment(source.path, source.compressed);
  return opened && { ...source, ...opened };
}

/** Zeros if it can't be looked at: whoever opens it sees why. */
async function identityOf(path: string): Promise<{ readonly dev: number; readonly ino: number }> {
  try {
    return await builtIn.fsPromises.stat(path);
  } catch {
    return { dev: 0, ino: 0 };
  }
}
