import type { FileHandle } from 'node:fs/promises';
import { builtIn } from '../../runtime/built-in.js';
import { refusePipe } from './append-file.js';

/**
 * Opens a file to read it; `undefined` if there is none.
 *
 * @throws an error of `ESPIPE` if it is a pipe or a socket: opening one may wait for ever, and the process with it.
 */
export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    refusePipe(path);
    return await builtIn.fsPromises.open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Closes what was read: a failure of it says nothing about what was read, and keeps nothing else open. */
export async function closeQuietly(handle: FileHandle | undefined): Promise<void> {
  try {
    await handle?.close();
  } catch {
    // the descriptor is free all the same
  }
}

/** Opens a closed segment, also if it got its final name or was compressed since it was listed. */
export async function openSegment(
  path: string,
  compressed: boolean,
): Promise<{ readonly handle: FileHandle; readonly compressed: boolean } | undefined> {
  const named = path.replace(/~[0-9a-f]{8}$/, '');
  const names = compressed ? [path] : [...new Set([path, named, `${named}.gz`])];
  for (const name of names) {
    const handle = await openIfThere(name);
    if (handle !== undefined) return { handle, compressed: name.endsWith('.gz') && name !== path ? true : compressed };
  }
  return undefined;
}
