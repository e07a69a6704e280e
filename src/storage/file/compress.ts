import { constants as fsConstants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { builtIn } from '../../runtime/built-in.js';
import { randomHex } from '../../runtime/hex.js';
import { unzippedParts } from './gunzip.js';
import { readAt } from './line-blocks.js';

const CHUNK_BYTES = 256 * 1024;
const CREATE = fsConstants.O_WRONLY | fsConstants.O_CREAT | fsConstants.O_EXCL;

/** What became of a segment. */
export type Compressed = 'done' | 'left' | 'other-data';

/**
 * Compresses a segment: aside, then under its name, then the plain one goes.
 *
 * @param goesOn - is asked now and then; false: somebody else does it, or nobody is to.
 * @returns `'left'` if it does not go on, or the segment is gone meanwhile; `'other-data'` if there is a compressed
 * segment of this name that holds something else: nothing is changed.
 */
export async function compressSegment(path: string, goesOn: () => boolean): Promise<Compressed> {
  const target = `${path}.gz`;
  const half = `${target}.${randomHex(4)}.tmp`;
  const source = await builtIn.fsPromises.open(path, 'r');
  try {
    const { mode, ino } = await source.stat();
    if (!(await isFree(target, source))) return 'other-data';
    let compressed = await compressTo(half, source, mode, goesOn);
    if (compressed < 0 || !goesOn()) return 'left';
    // cleared or removed meanwhile: it must not come back
    if ((await inodeAt(path)) !== ino) return 'left';
    await publish(half, target);
    compressed = await addLate(source, target, compressed);
    await builtIn.fsPromises.rm(path, { force: true });
    // a writer that had the file open since before it was closed may have been slow
    await addLate(source, target, compressed);
    return 'done';
  } finally {
    await quietly(source.close());
    await quietly(builtIn.fsPromises.rm(half, { force: true }));
  }
}

/** The bytes that were compressed; -1 if it does not go on. */
async function compressTo(half: string, source: FileHandle, mode: number, goesOn: () => boolean): Promise<number> {
  const file = await builtIn.fsPromises.open(half, CREATE, mode & 0o777);
  const zip = builtIn.zlib.createGzip();
  let failure: unknown;
  // for its whole life: an error that nobody waits for must not end the process
  zip.on('error', (error) => {
    failure ??= error;
  });
  try {
    await quietly(file.chmod(mode & 0o777));
    let parts: Buffer[] = [];
    zip.on('data', (part: Buffer) => parts.push(part));
    const flushParts = async (): Promise<void> => {
      if (failure !== undefined) throw failure;
      const all = parts;
      parts = [];
      for (const part of all) await writeAll(file, part);
    };
    let position = 0;
    for (;;) {
      if (!goesOn()) return -1;
      const chunk = await readAt(source, position, CHUNK_BYTES);
      if (chunk.length === 0) break;
      position += chunk.length;
      await settled(zip, (done) => zip.write(chunk, done));
      await flushParts();
    }
    await settled(zip, (done) => zip.once('end', done).end());
    await flushParts();
    await file.sync();
    return position;
  } finally {
    zip.destroy();
    await quietly(file.close());
  }
}

/** Resolves when a step of a stream is done or has failed; what failed has called its listener. */
function settled(stream: NodeJS.EventEmitter, step: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('error', done);
      resolve();
    };
    stream.once('error', done);
    step(done);
  });
}

/** Gives a whole compressed file its name; what is there is an earlier attempt at the same (see {@link isFree}). */
async function publish(half: string, target: string): Promise<void> {
  try {
    await builtIn.fsPromises.link(half, target);
  } catch {
    // there is an earlier attempt, or the file system knows no second names
    await builtIn.fsPromises.rename(half, target);
  }
}

/** Whether nothing is at the path, or what begins as the segment does: an attempt that was not finished. */
async function isFree(target: string, source: FileHandle): Promise<boolean> {
  let zipped: FileHandle;
  try {
    zipped = await builtIn.fsPromises.open(target, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  let position = 0;
  try {
    for await (const part of unzippedParts(zipped)) {
      if (!part.equals(await readAt(source, position, part.length))) return false;
      position += part.length;
    }
  } catch {
    // it was not finished: so far it is the same
  } finally {
    await quietly(zipped.close());
  }
  return true;
}

/** Appends what came behind a position to a compressed file, as a member of its own. */
async function addLate(source: FileHandle, target: string, position: number): Promise<number> {
  const { size } = await source.stat();
  if (size <= position) return position;
  const late = await readAt(source, position, size - position);
  const file = await builtIn.fsPromises.open(target, 'a');
  try {
    await writeAll(file, await promisify(builtIn.zlib.gzip)(late));
    await file.datasync();
  } finally {
    await quietly(file.close());
  }
  return position + late.length;
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written);
    if (bytesWritten === 0) throw new Error('the file takes nothing more');
    written += bytesWritten;
  }
}

async function inodeAt(path: string): Promise<number | undefined> {
  try {
    return (await builtIn.fsPromises.lstat(path)).ino;
  } catch {
    return undefined;
  }
}

/** Tidying up: a failure of it changes nothing of what was done. */
async function quietly(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch {
    // leftovers are removed by the next maintenance
  }
}
