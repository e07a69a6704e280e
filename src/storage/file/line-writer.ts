import {
  closeSync,
  constants,
  fchmodSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { FINGERPRINT_BYTES, fingerprintOf } from './segments.js';
import { TimeIndexWriter } from './time-index.js';

const NEWLINE = 0x0a;
/** How often a line without an end is looked at while the file keeps growing. */
const LOOKS = 100;
/** How often a file that is taken away in the middle of writing is followed by a new one. */
const ATTEMPTS = 10;

/** The file as it is now. */
export interface WrittenFile {
  readonly size: number;
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly bornMillis: number;
}

/** Appends whole lines to a file that others may append to, move away or delete meanwhile. */
export class LineWriter {
  readonly #path: string;
  readonly #index: TimeIndexWriter;
  #descriptor: number | undefined;
  #inode = 0;
  #born = 0;
  /** The file's size as this writer left it; another one tells that somebody else wrote. */
  #size = 0;
  #fingerprint: string | undefined;

  readonly #durable: boolean;

  /** @param durable - whether a file that is made is to outlive a power cut. */
  constructor(path: string, durable = false) {
    this.#path = path;
    this.#durable = durable;
    this.#index = new TimeIndexWriter(path);
  }

  /**
   * Appends text that ends with a newline. Where it fails, nothing of it is left in the file, or, where others write
   * to the file too, at most a torn line that the next one seals.
   *
   * @param earliest - the earliest time in it, in milliseconds since the Unix epoch.
   * @param latest - the latest.
   */
  append(text: string, earliest: number, latest: number): void {
    const bytes = Buffer.from(text, 'utf8');
    for (let attempt = 1; ; attempt += 1) {
      const descriptor = this.#ready();
      let written = 0;
      try {
        while (written < bytes.length) written += writeSync(descriptor, bytes, written);
      } catch (error) {
        this.#undo(descriptor, written);
        throw error;
      }
      const { size, nlink } = fstatSync(descriptor);
      const start = this.#size;
      this.#size += written;
      // deleted between the look at the path and the write: what nobody can read is written again
      if (nlink === 0 && attempt < ATTEMPTS) {
        this.close();
        continue;
      }
      // with others writing at once it is not known where the lines came to stand
      if (size === this.#size) this.#note(descriptor, start, bytes, earliest, latest);
      return;
    }
  }

  /** The file that is written to; `undefined` where there is none yet. */
  get file(): WrittenFile | undefined {
    return this.#descriptor === undefined ? undefined : { size: this.#size, bornMillis: this.#born };
  }

  /** Opens the file, so that {@link file} tells of it. */
  open(): void {
    this.#ready();
  }

  /** Resolves when what was written is on the disk. */
  async sync(): Promise<void> {
    if (this.#descriptor !== undefined) await promisify(fdatasync)(this.#descriptor);
  }

  /** Returns when what was written is on the disk. */
  syncNow(): void {
    if (this.#descriptor !== undefined) fdatasyncSync(this.#descriptor);
  }

  /** @param forGood - whether nothing more comes to the file: then all of it is in its index. */
  close(forGood = false): void {
    if (this.#descriptor === undefined) return;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    this.#fingerprint = undefined;
    this.#index.reset(forGood ? 1 : undefined);
    closeSync(descriptor);
  }

  #note(descriptor: number, start: number, bytes: Buffer, earliest: number, latest: number): void {
    if (this.#fingerprint === undefined) {
      const head = Buffer.alloc(FINGERPRINT_BYTES);
      this.#fingerprint = fingerprintOf(head.subarray(0, readSync(descriptor, head, 0, FINGERPRINT_BYTES, 0)));
    }
    if (this.#fingerprint !== undefined) this.#index.note(this.#fingerprint, start, bytes, earliest, latest);
  }

  /** A descriptor of the file that is at the path now, with no torn line at its end. */
  #ready(): number {
    if (this.#descriptor !== undefined) {
      const now = statSync(this.#path, { throwIfNoEntry: false });
      // moved away or deleted, by logrotate for example
      if (now === undefined || now.ino !== this.#inode) this.close();
      else if (now.size !== this.#size) {
        if (now.size < this.#size) this.#fingerprint = undefined;
        this.#seal(this.#descriptor, now.size);
      }
    }
    if (this.#descriptor !== undefined) return this.#descriptor;
    mkdirSync(dirname(this.#path), { recursive: true });
    const descriptor = openSync(this.#path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o644);
    try {
      const { ino, size, birthtimeMs } = fstatSync(descriptor);
      this.#inode = ino;
      this.#born = birthtimeMs;
      if (this.#durable && size === 0) syncFolder(dirname(this.#path));
      this.#seal(descriptor, size);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    this.#descriptor = descriptor;
    return descriptor;
  }
  /** Ends a line that a crash left torn, so that it spoils no other. */
  #seal(descriptor: number, size: number): void {
    const last = Buffer.alloc(1);
    const isWhole = (): boolean =>
      this.#size === 0 || readSync(descriptor, last, 0, 1, this.#size - 1) !== 1 || last[0] === NEWLINE;
    this.#size = size;
    for (let look = 0; look < LOOKS; look += 1) {
      if (isWhole()) return;
      const before = this.#size;
      this.#size = sizeBetweenWrites(descriptor);
      if (this.#size === before) break;
    }
    if (!isWhole()) this.#size += writeSync(descriptor, '\n');
  }

  #undo(descriptor: number, written: number): void {
    if (written === 0) return;
    try {
      // only what is certain to be ours is taken back
      if (fstatSync(descriptor).size === this.#size + written) ftruncateSync(descriptor, this.#size);
    } catch {
      // the torn line is sealed by whoever writes next
    }
  }
}

/**
 * The size of a file at a moment at which nobody is in the middle of writing to it: the size shows how far a write has
 * come, while a change of the mode, even to what it was, waits for the write that is under way.
 */
function sizeBetweenWrites(descriptor: number): number {
  const { mode } = fstatSync(descriptor);
  try {
    fchmodSync(descriptor, mode & 0o7777);
  } catch {
    // somebody else's file: a write of theirs that is looked at right now costs an empty line at worst
  }
  return fstatSync(descriptor).size;
}

/** Has a folder's list of files on the disk: a file that was just made is there after a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
