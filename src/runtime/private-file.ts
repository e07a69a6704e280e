import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { randomHex } from './hex.js';
import { makeDirectory } from './make-directory.js';

/**
 * Files and directories that only the user of this process may read: what waits to be sent, and what holds endpoints or
 * headers.
 *
 * - A new file is 0600, a new directory 0700, whatever the umask adds.
 * - The last part of a path is never a symbolic link: somebody who may write to a shared directory must not be able to
 *   have this process read, write or truncate another file of its user.
 * - A file that was there before has to be a regular file of this user's, and of one name only if it is written to.
 *   Pipes and devices are refused, and never wait for the other side.
 * - What fails leaves no descriptor open.
 */

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** For group and others. */
const FOREIGN_BITS = 0o077;

// Windows has neither flag
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/** The `code` of errors about a file or directory that is there, but is not private. */
export const NOT_PRIVATE = 'RIMP_NOT_PRIVATE';

/** `'create'`: a new file for writing; `'write'`: for reading and writing, made if it is absent, never truncated. */
export type PrivateAccess = 'read' | 'write' | 'create';

const FLAGS: Readonly<Record<PrivateAccess, number>> = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR | constants.O_CREAT,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/**
 * Opens a private file; returns its descriptor.
 *
 * @throws the error of the file system (`ELOOP`: a symbolic link, `EEXIST`: one to be created is there), or one with
 * the code {@link NOT_PRIVATE} if it is no regular file, somebody else's, or has a second name.
 */
export function openPrivate(path: string, access: PrivateAccess): number {
  const descriptor = openSync(path, FLAGS[access] | NO_FOLLOW | NO_WAIT, FILE_MODE);
  if (access === 'create') return descriptor;
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw notPrivate(path, 'to be a regular file');
    if (!isOwn(stats, dirname(path))) throw notPrivate(path, `to belong to the user of this process, not ${stats.uid}`);
    if (access === 'write') {
      if (stats.nlink > 1) throw notPrivate(path, `to have no other name (hard link), it has ${stats.nlink}`);
      if ((stats.mode & FOREIGN_BITS) !== 0) fchmodSync(descriptor, FILE_MODE);
    }
    return descriptor;
  } catch (error) {
    closeQuietly(descriptor);
    throw error;
  }
}

/**
 * The content of a private file; `undefined` if there is none.
 *
 * @throws as {@link openPrivate}.
 */
export function readPrivate(path: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openPrivate(path, 'read');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return readFileSync(descriptor);
  } finally {
    closeQuietly(descriptor);
  }
}

/**
 * Puts a private file in the place of what is there, in one step: a reader finds the former content or the new one. A
 * symbolic link at the path is replaced, not followed.
 *
 * @throws the error of the file system; then the former content stays, and nothing is left beside it.
 */
export function replacePrivate(path: string, content: string | Uint8Array): void {
  const aside = `${path}.${process.pid}.${randomHex(4)}.tmp`;
  const descriptor = openPrivate(aside, 'create');
  try {
    try {
      writeFileSync(descriptor, content);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, path);
  } catch (error) {
    removeQuietly(aside);
    throw error;
  }
}

/**
 * Makes a directory, its parents with the usual mode, itself with 0700; one that is there already stays as it is.
 *
 * @throws the error of the file system: `ENOTDIR` or `EEXIST` if something else is there.
 */
export function makePrivateDirectory(path: string): void {
  makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: DIRECTORY_MODE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // whoever gave the path may have put a link to a directory there
    makeDirectory(path);
  }
}

/**
 * Makes sure that what is at a path is a directory of this user's that nobody else may look into.
 *
 * @throws the error of the file system, or one with the code {@link NOT_PRIVATE}.
 */
export function checkPrivateDirectory(path: string): void {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw notPrivate(path, 'to be a directory');
  if (!isOwn(stats, path)) throw notPrivate(path, `to belong to the user of this process, not ${stats.uid}`);
  if ((stats.mode & FOREIGN_BITS) !== 0) chmodSync(path, DIRECTORY_MODE);
}

/** Whether a file or directory is of the user that new files in that directory have. */
function isOwn({ uid }: Stats, directory: string): boolean {
  const user = process.geteuid?.();
  if (user === undefined || uid === user) return true;
  // file systems of other machines may map users: what this process makes there shows as whom
  const probe = join(directory, `.${randomHex(8)}.tmp`);
  try {
    const descriptor = openSync(probe, FLAGS.create | NO_FOLLOW, FILE_MODE);
    try {
      return fstatSync(descriptor).uid === uid;
    } finally {
      closeQuietly(descriptor);
      removeQuietly(probe);
    }
  } catch {
    return false;
  }
}

function notPrivate(path: string, expected: string): Error {
  return Object.assign(new Error(`expected ${path} ${expected}; move it away`), { code: NOT_PRIVATE });
}

/** Closes a descriptor; a failure adds nothing, as the descriptor is free after it. */
export function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // as said
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // the error that led here is the one to be thrown
  }
}
