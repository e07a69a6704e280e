import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and those that it is to be in, as far as they are missing. Node's own `recursive` goes round for ever, and
 * holds the process, if the system says of a directory that is there that it is not, as `/proc` and automounters do.
 *
 * @returns the outermost directory that was made, if one was.
 */
export function makeDirectory(path: string): string | undefined {
  try {
    mkdirSync(path);
    return path;
  } catch (error) {
    if (isThere(path, error)) return undefined;
    const parent = dirname(path);
    if (parent === path) throw error;
    const outermost = makeDirectory(parent);
    return makeOne(path) ? (outermost ?? path) : outermost;
  }
}

/** Makes a directory whose parent is there; false if somebody else was faster. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (isThere(path, error)) return false;
    throw error;
  }
}

/**
 * Whether a directory could not be made as it is there; false if what it is to be in is missing.
 *
 * @throws the error of making or of looking at it if neither is so.
 */
function isThere(path: string, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return false;
  // of what was there, and is not any more, the latter counts
  if (statSync(path, { throwIfNoEntry: code === 'EEXIST' })?.isDirectory() === true) return true;
  throw error;
}
