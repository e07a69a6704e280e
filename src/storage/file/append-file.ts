import {
  closeSync,
  constants,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';

const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
const DEFAULT_MODE = 0o666;
const CHUNK_BYTES = 256 * 1024;

/**
 * Opens a file to append to it and to read it.
 *
 * @param mode - what a file that is made gets, whatever the umask says; default: what the umask leaves of 0666.
 * @throws an error of `ESPIPE` if a pipe or a socket is in its place: a write to one may wait for ever.
 */
export function openToAppend(path: string, mode: number | undefined): number {
  refusePipe(path);
  if (mode === undefined) return openSync(path, APPEND, DEFAULT_MODE);
  let descriptor: number;
  try {
    descriptor = openSync(path, APPEND | constants.O_EXCL, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return openSync(path, APPEND, mode);
  }
  try {
    fchmodSync(descriptor, mode);
  } catch {
    // a file system without modes
  }
  return descriptor;
}

/**
 * Looks whether a pipe or a socket is at a path, which keeps nothing to read again.
 *
 * @throws an error of `ESPIPE` if so.
 */
export function refusePipe(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFIFO() !== true && stats?.isSocket() !== true) return;
  const kind = stats.isFIFO() ? 'a pipe' : 'a socket';
  throw Object.assign(new Error(`it is ${kind}, which keeps nothing: give the path of a file`), { code: 'ESPIPE' });
}

/**
 * The size of a file at a moment at which nobody is in the middle of writing to it: the size shows how far a write has
 * come, while a change of the mode, even to what it was, waits for the write that is under way.
 */
export function sizeBetweenWrites(descriptor: number): number {
  const { mode } = fstatSync(descriptor);
  try {
    fchmodSync(descriptor, mode & 0o7777);
  } catch {
    // somebody else's file: a write of theirs that is looked at right now costs an empty line at worst
  }
  return fstatSync(descriptor).size;
}

/** Has a directory's list of files on the disk: a file that was just made is there after a power cut. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes bytes of a file once more to where they are: after an error of the disk the system takes them for written.
 *
 * @throws if another file is at the path, or the disk refuses them again.
 */
export function rewriteInPlace(path: string, inode: number, from: number, to: number): void {
  // an appending descriptor would append them
  const descriptor = openSync(path, constants.O_RDWR);
  try {
    if (fstatSync(descriptor).ino !== inode) throw new Error(`${path} is another file by now`);
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = from; at < to; ) {
      const count = readSync(descriptor, chunk, 0, Math.min(chunk.length, to - at), at);
      if (count === 0) break;
      writeSync(descriptor, chunk, 0, count, at);
      at += count;
    }
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
