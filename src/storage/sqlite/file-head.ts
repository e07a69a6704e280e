import { closeSync, openSync, readSync } from 'node:fs';

/** What every SQLite database begins with. */
export const SQLITE_HEAD = 'SQLite format 3';

/** Whether a file is a SQLite database; one that can't be read is none: whoever opens it gets the error. */
export function isSqliteFile(path: string): boolean {
  const head = Buffer.alloc(SQLITE_HEAD.length);
  try {
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, head, 0, head.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  return head.toString('latin1') === SQLITE_HEAD;
}
