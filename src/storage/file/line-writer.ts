import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const NEWLINE = 0x0a;
/** How often a line without an end is looked at while the file keeps growing. */
const LOOKS = 100;

/** Appends whole lines to a file that others may append to, move away or delete meanwhile. */
export class LineWriter {
  readonly #path: string;
  #descriptor: number | undefined;
  #inode = 0;
  /** The file's size as this writer left it; another one tells that somebody else wrote. */
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Appends text that ends with a newline. Where it fails, nothing of it is left in the file, or, where others write
   * to the file too, at most a torn line that the next one seals.
   */
  append(text: string): void {
    const descriptor = this.#ready();
    const bytes = Buffer.from(text, 'utf8');
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    } catch (error) {
      this.#undo(descriptor, written);
      throw error;
    }
    this.#size += written;
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    closeSync(descriptor);
  }

  /** A descriptor of the file that is at the path now, with no torn line at its end. */
  #ready(): number {
    if (this.#descriptor !== undefined) {
      const now = statSync(this.#path, { throwIfNoEntry: false });
      // moved away or deleted, by logrotate for example
      if (now === undefined || now.ino !== this.#inode) this.close();
      else if (now.size !== this.#size) this.#seal(this.#descriptor, now.size);
    }
    if (this.#descriptor !== undefined) return this.#descriptor;
    mkdirSync(dirname(this.#path), { recursive: true });
    const descriptor = openSync(this.#path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o644);
    try {
      const { ino, size } = fstatSync(descriptor);
      this.#inode = ino;
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
