import { existsSync, linkSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from './append-file.js';
import { FileAges } from './file-ages.js';
import type { LineWriter } from './line-writer.js';
import { LockFile } from './lock-file.js';
import { closingPath, keyAfter, keyIn, nextKey, segmentPath, segmentsOf } from './segments.js';
import { indexPathOf } from './time-index.js';

/** When a file is closed, and another one begun. */
export interface RotationOptions {
  /** At so many bytes. */
  readonly maxBytes?: number | undefined;
  /** So long after it was made, in seconds, with the next write. */
  readonly intervalSeconds?: number | undefined;
}

/** How long a file is written on that could not be closed, in milliseconds. */
const RETRY_MILLIS = 30_000;
/** File systems that have no second names say one of these. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']);

/**
 * Closes a file when it is due, for all processes that write to it.
 *
 * The file gets a name that no other has by one rename: it takes exactly one file and replaces none, so that two
 * processes that do it at once close two files. From there it gets its name as a segment by link and unlink. Whoever is
 * killed in between leaves a file that is read as a segment, and named at the next rotation.
 *
 * Rotation is optional for a write: what fails here is reported, and the file is written on.
 */
export class Rotation {
  readonly #options: RotationOptions;
  readonly #durable: boolean;
  readonly #report: (what: string, error: unknown) => void;
  readonly #ages = new FileAges();
  #lock: LockFile | undefined;
  #retryAt = Number.NEGATIVE_INFINITY;
  #closedByAgeAt = Number.NEGATIVE_INFINITY;

  constructor(options: RotationOptions, durable: boolean, report: (what: string, error: unknown) => void) {
    this.#options = options;
    this.#durable = durable;
    this.#report = report;
  }

  /** Closes the file before more is appended, if it is due; true if it was closed by us. Never throws. */
  before(writer: LineWriter, more: number): boolean {
    if (performance.now() < this.#retryAt) return false;
    try {
      writer.open();
    } catch {
      // the write itself meets the same error
      return false;
    }
    if (!this.#isDue(writer, more)) return false;
    const path = writer.file?.path ?? '';
    try {
      return this.#close(writer, path, more);
    } catch (error) {
      this.#retryAt = performance.now() + RETRY_MILLIS;
      const again = `it is written on, and tried again in ${RETRY_MILLIS / 1000} s`;
      this.#report(`FileStorage: ${path} can't be closed and rotated (${again})`, error);
      return false;
    }
  }

  /** Releases what could not be released before. */
  close(): void {
    this.#lock?.close();
  }

  #close(writer: LineWriter, path: string, more: number): boolean {
    const lockPath = `${path}.rotation.lock`;
    if (this.#lock?.path !== lockPath) this.#lock = new LockFile(lockPath);
    const lock = this.#lock;
    if (!lock.take()) return false;
    try {
      // another process may have been first
      writer.open();
      const { file } = writer;
      if (file?.path !== path || !this.#isDue(writer, more)) return false;
      if (this.#durable) writer.syncNow();
      this.#nameClosing(path);
      const { ino } = statSync(path);
      const aside = closingPath(path, nextKey(path, Date.now()));
      renameSync(path, aside);
      writer.close(true);
      this.#closedByAgeAt = performance.now();
      const isOurs = statSync(aside).ino === ino;
      this.#finish(path, aside);
      return isOurs;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(path)) return false;
      throw error;
    } finally {
      lock.release();
    }
  }

  /** What is left to do for a file that is closed: it is read as a segment already. */
  #finish(path: string, aside: string): void {
    try {
      const target = nameSegment(path, aside);
      if (existsSync(indexPathOf(path))) renameSync(indexPathOf(path), indexPathOf(target));
      if (this.#durable) syncDirectory(dirname(path));
    } catch (error) {
      this.#report(`FileStorage: the closed file ${aside} can't be given its name`, error);
    }
  }

  /** Names what processes that were killed left. */
  #nameClosing(path: string): void {
    for (const segment of segmentsOf(path)) if (segment.closing) this.#finishLeft(path, segment.path);
  }

  #finishLeft(path: string, aside: string): void {
    try {
      nameSegment(path, aside);
    } catch (error) {
      this.#report(`FileStorage: the closed file ${aside} can't be given its name`, error);
    }
  }

  #isDue(writer: LineWriter, more: number): boolean {
    const { file } = writer;
    if (file === undefined) return false;
    const { maxBytes, intervalSeconds } = this.#options;
    // also of a file that was just made: the clock may be set before the next write
    const age = intervalSeconds === undefined ? 0 : this.#ages.ageOf(file.id, [file.bornMillis]);
    this.#ages.keep([file.id]);
    if (file.size === 0) return false;
    if (maxBytes !== undefined && file.size + more > maxBytes) return true;
    if (intervalSeconds === undefined) return false;
    // once, then it is made under this clock
    const isUnknown = this.#ages.isOfFuture(file.id);
    const isNew = performance.now() - this.#closedByAgeAt < intervalSeconds * 1000;
    return !isNew && (isUnknown || age >= intervalSeconds * 1000);
  }
}

/** Gives a closed file its name as a segment, which no other has; returns it. */
export function nameSegment(path: string, aside: string): string {
  let next = keyIn(path, aside);
  for (;;) {
    const target = segmentPath(path, next);
    if (!existsSync(`${target}.gz`) && link(aside, target)) {
      // compressed and removed between the two steps: another one has this key
      if (!existsSync(`${target}.gz`)) {
        unlinkIfThere(aside);
        return target;
      }
      unlinkSync(target);
    }
    next = keyAfter(next, nextKey(path, Date.now()));
  }
}

/** False if there is another file of this name. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return statSync(from).ino === statSync(to, { throwIfNoEntry: false })?.ino;
    if (!NO_LINKS.has(code)) throw error;
    if (existsSync(to)) return false;
    renameSync(from, to);
    return true;
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
