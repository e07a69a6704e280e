import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { toError } from '../../model/errors.js';
import { realPath } from '../../storage/real-path.js';
import { UsageError } from '../values.js';

/** What SQLite may leave beside a database. */
const BESIDE = ['-wal', '-shm', '-journal'];

/** A file that gets its name when it is whole. */
export class WholeFile {
  /** Where it is written meanwhile: in the directory of its own name, so that a rename suffices. */
  readonly path: string;
  readonly #target: string;
  readonly #isForced: boolean;

  /** @throws UsageError if there is a file already, and it is not to be overwritten; or what is no file. */
  constructor(name: string, isForced: boolean) {
    // a link stays: what it leads to is replaced
    const target = realPath(name);
    if (name === '-' || statSync(target, { throwIfNoEntry: false })?.isFile() === false)
      throw new UsageError(`expected OUT to be a file, ${name} is none: rimp query prints to standard output`);
    if (!isForced && existsSync(target))
      throw new UsageError(`expected no file at ${name}, there is one: --force writes over it`);
    if (!existsSync(dirname(target))) throw new UsageError(`expected a directory at ${dirname(target)}, there is none`);
    this.#target = target;
    this.#isForced = isForced;
    this.path = join(dirname(target), `.${basename(target)}.${process.pid}.partial`);
  }

  /** @throws UsageError if somebody else made a file of that name meanwhile. */
  finish(): void {
    // what a former database left there is no part of the new one
    if (this.#isForced) for (const end of BESIDE) rmSync(this.#target + end, { force: true });
    rmSync(`${this.path}-shm`, { force: true });
    sync(this.path);
    // a driver may leave its log, which is empty by now
    if ((statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
      throw new Error(`expected the log of ${this.path} to be part of it by now`);
    rmSync(`${this.path}-wal`, { force: true });
    if (this.#isForced) {
      renameSync(this.path, this.#target);
      return;
    }
    try {
      // unlike a rename it never takes another file's place
      linkSync(this.path, this.#target);
    } catch (error) {
      throw new UsageError(`expected to make ${this.#target}: ${toError(error).message}`);
    }
    rmSync(this.path);
  }

  abandon(): void {
    for (const end of ['', ...BESIDE]) rmSync(this.path + end, { force: true });
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
