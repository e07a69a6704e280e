import { fstatSync, readSync, type Stats, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { closeQuietly } from '../../runtime/private-file.js';
import { openToAppend, sizeBetweenWrites, syncDirectory } from './append-file.js';
import { DiskSync } from './disk-sync.js';
import { linesIn } from './lines-in.js';
import { FINGERPRINT_BYTES, fingerprintOf } from './segments.js';

const NEWLINE = 0x0a;
/** How often a line without an end is looked at while the file keeps growing. */
const LOOKS = 100;

/** Some of the lines are in the file, the rest is not. */
export class PartialAppend extends Error {
  /** @param lines - how many, counted from the first. */
  constructor(
    readonly lines: number,
    cause: unknown,
  ) {
    super('part of the lines was written', { cause });
  }
}

/** A line of which only the beginning is in the file. */
interface TornLine {
  readonly line: Buffer;
  readonly written: number;
}

/**
 * An open file that whole lines are appended to, by others as well.
 *
 * Nothing that was written is ever cut off again: somebody else's lines may stand behind it. What a full disk left of a
 * line is completed if the same line comes next and nobody wrote meanwhile, else the torn line is ended.
 */
export class LineFile {
  /** What brings it to the disk. */
  readonly disk: DiskSync;
  /** Its own path: the target, if the storage's path is a symbolic link. */
  readonly path: string;
  /** When it was made, in milliseconds since the Unix epoch; 0 if the file system doesn't say. */
  readonly bornMillis: number;
  readonly #descriptor: number;
  readonly #device: number;
  readonly #inode: number;
  /** As this writer left it; another size means that somebody else wrote. */
  #size: number;
  #torn: TornLine | undefined;
  /** Whether it is known to end with a newline, or with a line that this writer may complete. */
  #isSealed = false;
  #fingerprint: string | undefined;

  /**
   * Opens a file, or makes it; what somebody else left torn at its end is ended.
   *
   * @param durable - whether a file that is made is to outlive a power cut.
   * @param mode - of a file that is made; default: what the umask leaves of 0666.
   */
  constructor(path: string, durable: boolean, mode: number | undefined) {
    const descriptor = openToAppend(path, mode);
    try {
      const { dev, ino, size, birthtimeMs } = fstatSync(descriptor);
      this.path = path;
      this.bornMillis = birthtimeMs;
      this.#descriptor = descriptor;
      this.#device = dev;
      this.#inode = ino;
      this.#size = size;
      if (durable && size === 0) syncDirectory(dirname(path));
      this.disk = new DiskSync(descriptor, path, ino, size);
      this.#seal();
    } catch (error) {
      closeQuietly(descriptor);
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** What distinguishes it from other files. */
  get id(): string {
    return `${this.#device}:${this.#inode}:${this.bornMillis}`;
  }

  /** What distinguishes its content, for an index; `undefined` if that is too short. */
  get fingerprint(): string | undefined {
    if (this.#fingerprint === undefined) {
      const head = Buffer.alloc(FINGERPRINT_BYTES);
      const count = readSync(this.#descriptor, head, 0, FINGERPRINT_BYTES, 0);
      this.#fingerprint = fingerprintOf(head.subarray(0, count));
    }
    return this.#fingerprint;
  }

  is({ ino, dev }: Stats): boolean {
    return ino === this.#inode && dev === this.#device;
  }

  /** How it is now, as the system sees it; `undefined` if that can't be seen: what was written is written. */
  look(): Stats | undefined {
    try {
      return fstatSync(this.#descriptor);
    } catch {
      return undefined;
    }
  }

  /** Takes in that it has a size: if somebody else wrote, what they left torn at its end is ended. */
  follow(size: number): void {
    if (size !== this.#size) {
      if (size < this.#size) this.#fingerprint = undefined;
      this.#torn = undefined;
      this.#size = size;
      this.#seal();
    } else if (!this.#isSealed) {
      this.#seal();
    }
  }

  /**
   * Appends text that ends with a newline.
   *
   * @returns where it begins, if nobody else wrote meanwhile.
   * @throws PartialAppend if some of its lines are in the file; any other error: none is.
   */
  append(bytes: Buffer): number {
    const torn = this.#resume(bytes);
    const start = this.#size - (torn?.written ?? 0);
    this.#write(bytes, torn?.written ?? 0);
    if (torn !== undefined) this.#check(start, torn.line);
    return start;
  }

  close(): void {
    closeQuietly(this.#descriptor);
  }

  #write(bytes: Buffer, from: number): void {
    let written = from;
    try {
      while (written < bytes.length) {
        const count = writeSync(this.#descriptor, bytes, written);
        if (count === 0) throw new Error('the file takes nothing more');
        written += count;
        this.#size += count;
      }
    } catch (error) {
      if (written === 0) throw error;
      const whole = bytes.lastIndexOf(NEWLINE, written - 1) + 1;
      if (whole < written) {
        const line = Buffer.from(bytes.subarray(whole, bytes.indexOf(NEWLINE, whole) + 1));
        this.#torn = { line, written: written - whole };
      }
      const lines = linesIn(bytes.subarray(0, whole));
      throw lines === 0 ? error : new PartialAppend(lines, error);
    }
  }

  /** What of the first line is at the end of the file already, if nobody wrote since. */
  #resume(bytes: Buffer): TornLine | undefined {
    const torn = this.#torn;
    if (torn === undefined) return undefined;
    this.#torn = undefined;
    if (bytes.subarray(0, torn.line.length).equals(torn.line)) return torn;
    this.#seal();
    return undefined;
  }

  /** Writes a line again that somebody else came into the middle of. */
  #check(start: number, line: Buffer): void {
    try {
      const found = Buffer.alloc(line.length);
      if (readSync(this.#descriptor, found, 0, line.length, start) === line.length && found.equals(line)) return;
    } catch {
      // twice is better than not at all
    }
    this.#write(line, 0);
  }

  /** Ends a line that a crash left torn, so that it spoils no other. */
  #seal(): void {
    this.#isSealed = false;
    for (let look = 0; look < LOOKS && !this.#isWhole(); look += 1) {
      const before = this.#size;
      this.#size = sizeBetweenWrites(this.#descriptor);
      if (this.#size === before) break;
    }
    if (!this.#isWhole()) this.#size += writeSync(this.#descriptor, '\n');
    this.#isSealed = true;
  }

  /** Whether it ends with a newline. */
  #isWhole(): boolean {
    const last = Buffer.alloc(1);
    return this.#size === 0 || readSync(this.#descriptor, last, 0, 1, this.#size - 1) !== 1 || last[0] === NEWLINE;
  }
}
