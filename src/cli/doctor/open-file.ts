import { closeSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../runtime/make-directory.js';
import { sqlitePackage } from '../../storage/sqlite/packages.js';

/** How long another process that writes is waited for, in milliseconds. */
const BUSY_MILLIS = 2_000;

/** Opens a file as the storage does, to append to it; what is made for that is removed again. */
export function openFile(path: string): string {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) closeSync(openSync(path, 'a+'));
  else besideMissing(path, (probe) => closeSync(openSync(probe, 'ax+')));
  return `${path} can be opened and written`;
}

/** Opens a database as the storage does, and begins to write; what is made for that is removed again. */
export function openSqlite(path: string): string {
  const { name, open } = sqlitePackage();
  let isBusy = false;
  const attempt = (file: string): void => {
    const database = new open(file);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MILLIS}`);
      database.exec('BEGIN IMMEDIATE');
      database.exec('CREATE TABLE rimp_doctor (x)');
      database.exec('ROLLBACK');
    } catch (error) {
      // whoever writes right now can
      if (!/\blocked\b|\bbusy\b/i.test(String((error as Error | undefined)?.message))) throw error;
      isBusy = true;
    } finally {
      database.close();
    }
  };
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) attempt(path);
  else besideMissing(path, attempt);
  const what = `${path} can be opened and written with ${name}`;
  return isBusy ? `${what}: another process writes to it right now` : what;
}

/**
 * A file of another name in the same directory: whoever makes the storage's own meanwhile must not have it removed.
 * Missing directories are made, and removed if nobody else has put anything into them.
 */
function besideMissing(path: string, attempt: (probe: string) => void): void {
  const directory = dirname(path);
  const outermost = makeDirectory(directory);
  const probe = join(directory, `.rimp-doctor-${process.pid}`);
  try {
    attempt(probe);
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${probe}${suffix}`, { force: true });
    if (outermost !== undefined) removeEmpty(directory, outermost);
  }
}

function removeEmpty(innermost: string, outermost: string): void {
  try {
    for (let directory = innermost; directory.length >= outermost.length; directory = dirname(directory))
      rmdirSync(directory);
  } catch {
    // somebody uses it by now
  }
}
