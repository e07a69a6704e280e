import type { FailureKind } from '../pipeline/sink-failure.js';

/**
 * What the system says of a place that takes nothing as it is set up: no right, read only, a directory or a file in the
 * wrong place, a loop of links, a name too long. Everything else may pass: no room (`ENOSPC`, `EDQUOT`), too many open
 * files (`EMFILE`, `ENFILE`), a disk that fails or is busy (`EIO`, `EBUSY`, `EAGAIN`, `EINTR`).
 */
const OF_STORAGE: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'EISDIR',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  // a pipe or a socket
  'ESPIPE',
  // a directory is to be made, and a file is there
  'EEXIST',
]);

/** What an error of the file system means. No errno says that an item can't be stored. */
export function kindOfErrno(error: unknown): Exclude<FailureKind, 'item'> {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return OF_STORAGE.has(code) ? 'storage' : 'transient';
}
