import { fstatSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from '../../runtime/make-directory.js';
import { closeQuietly } from '../../runtime/private-file.js';
import { targetOf } from '../real-path.js';
import { openToAppend, sizeBetweenWrites, syncDirectory } from './append-file.js';
import { DiskSync } from './disk-sync.js';
import { FINGERPRINT_BYTES, fingerprintOf } from './segments.js';
import { TimeIndexWriter } from './time-index.js';

/** Closed files that are remembered. */
const MAX_KEPT = 64;
const NEWLINE = 0x0a;
/** How often a line without an end is looked at while the file keeps growing. */
const LOOKS = 100;
/** How often a file that is taken away in the middle of writing is followed by a new one. */
const ATTEMPTS = 10;

/** The file as it is now. */
export interface WrittenFile {
  /** Its own path: the target, if the storage's path is a symbolic link. */
  readonly path: string;
  readonly size: number;
  /** What distinguishes it from other files. */
  readonly id: string;
  /** When it was made, in milliseconds since the Unix epoch; 0 if the file system doesn't say. */
  readonly bornMillis: number;
}

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
 * Appends whole lines to a file that others may append to, move away or delete meanwhile.
 *
 * Nothing that was written is ever cut off again: somebody else's lines may stand behind it. What a full disk left of a
 * line is completed if the same line comes next and nobody wrote meanwhile, else the torn line is ended.
 */
export class LineWriter {
  readonly #path: string;
  readonly #durable: boolean;
  readonly #mode: number | undefined;
  readonly #index: TimeIndexWriter;
  #descriptor: number | undefined;
  #file: { readonly path: string; readonly device: number; readonly inode: number; readonly born: number } | undefined;
  /** The file's size as this writer left it; another one means that somebody else wrote. */
  #size = 0;
  #torn: TornLine | undefined;
  /** Whether the file is known to end with a newline, or with a line that this writer may complete. */
  #isSealed = true;
  #disk: DiskSync | undefined;
  #fingerprint: string | undefined;
  /** Another number for each file that was opened. */
  generation = 0;
  /** The numbers of files that were on the disk when they were closed for good. */
  readonly #kept = new Set<number>();

  /**
   * @param durable - whether a file that is made is to outlive a power cut.
   * @param mode - of files that are made; default: what the umask leaves of 0666.
   */
  constructor(path: string, durable = false, mode?: number) {
    this.#path = path;
    this.#durable = durable;
    this.#mode = mode;
    this.#index = new TimeIndexWriter(path, mode);
  }

  /**
   * Appends text that ends with a newline.
   *
   * @param bytes - it as UTF-8; nothing keeps them.
   * @param earliest - the earliest time in it, in milliseconds since the Unix epoch.
   * @param latest - the latest.
   * @throws PartialAppend if some of its lines are in the file; any other error: none is.
   */
  append(bytes: Buffer, earliest: number, latest: number): void {
    for (let attempt = 1; ; attempt += 1) {
      const descriptor = this.#ready();
      const torn = this.#resume(descriptor, bytes);
      const start = this.#size - (torn?.written ?? 0);
      this.#writeFrom(descriptor, bytes, torn?.written ?? 0);
      if (torn !== undefined) this.#check(descriptor, start, torn.line);
      const found = statOf(descriptor);
      // deleted between the look at the path and the write: what nobody can read is written again
      if (found?.nlink === 0 && attempt < ATTEMPTS) {
        this.close();
        continue;
      }
      // with others writing at once it is not known where the lines came to stand
      if (found?.size === this.#size) this.#note(descriptor, start, bytes, earliest, latest);
      return;
    }
  }

  /** The file that is written to; `undefined` if there is none yet. */
  get file(): WrittenFile | undefined {
    if (this.#descriptor === undefined || this.#file === undefined) return undefined;
    const { path, device, inode, born } = this.#file;
    return { path, size: this.#size, bornMillis: born, id: `${device}:${inode}:${born}` };
  }

  /** Opens the file, so that {@link file} says what it is. */
  open(): void {
    this.#ready();
  }

  /** Resolves when what was written is on the disk. */
  async sync(): Promise<void> {
    await this.#disk?.sync(this.#size);
  }

  /** Returns when what was written is on the disk. */
  syncNow(): void {
    this.#disk?.syncNow(this.#size);
  }

  /** Whether the file of a number is being written, or was brought to the disk before it was closed. */
  holds(generation: number): boolean {
    return generation === this.generation || this.#kept.has(generation);
  }

  /** @param forGood - whether nothing more comes to the file, which is on the disk: then all of it is in its index. */
  close(forGood = false): void {
    if (this.#descriptor === undefined) return;
    if (forGood) {
      this.#kept.add(this.generation);
      // a batch comes again soon, or never
      if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.values().next().value ?? 0);
    }
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    this.#file = undefined;
    this.#fingerprint = undefined;
    this.#torn = undefined;
    this.#disk = undefined;
    this.#index.reset(forGood ? 1 : undefined);
    closeQuietly(descriptor);
  }

  /** A descriptor of the file that is at the path now; what somebody else left torn at its end is ended. */
  #ready(): number {
    if (this.#descriptor !== undefined && this.#file !== undefined) {
      const now = lookAt(this.#path);
      // moved away or deleted, by logrotate for example
      if (now === undefined || (now !== 'unknown' && (now.ino !== this.#file.inode || now.dev !== this.#file.device)))
        this.close();
      else if (now !== 'unknown' && now.size !== this.#size) {
        if (now.size < this.#size) this.#fingerprint = undefined;
        this.#torn = undefined;
        this.#seal(this.#descriptor, now.size);
      } else if (!this.#isSealed) this.#seal(this.#descriptor, this.#size);
    }
    if (this.#descriptor !== undefined) return this.#descriptor;
    const target = targetOf(this.#path);
    makeDirectory(dirname(target));
    const descriptor = openToAppend(target, this.#mode);
    try {
      const { dev, ino, size, birthtimeMs } = fstatSync(descriptor);
      this.#file = { path: target, device: dev, inode: ino, born: birthtimeMs };
      if (this.#durable && size === 0) syncDirectory(dirname(target));
      this.#disk = new DiskSync(descriptor, target, ino, size);
      this.#seal(descriptor, size);
    } catch (error) {
      closeQuietly(descriptor);
      throw error;
    }
    this.generation += 1;
    this.#descriptor = descriptor;
    return descriptor;
  }

  #writeFrom(descriptor: number, bytes: Buffer, from: number): void {
    let written = from;
    try {
      while (written < bytes.length) {
        const count = writeSync(descriptor, bytes, written);
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
      const lines = countOf(bytes.subarray(0, whole), NEWLINE);
      throw lines === 0 ? error : new PartialAppend(lines, error);
    }
  }

  /** What of the first line is at the end of the file already, if nobody wrote since. */
  #resume(descriptor: number, bytes: Buffer): TornLine | undefined {
    const torn = this.#torn;
    if (torn === undefined) return undefined;
    this.#torn = undefined;
    if (bytes.subarray(0, torn.line.length).equals(torn.line)) return torn;
    this.#seal(descriptor, this.#size);
    return undefined;
  }

  /** Writes a line again that somebody else came into the middle of. */
  #check(descriptor: number, start: number, line: Buffer): void {
    try {
      const found = Buffer.alloc(line.length);
      if (readSync(descriptor, found, 0, line.length, start) === line.length && found.equals(line)) return;
    } catch {
      // twice is better than not at all
    }
    this.#writeFrom(descriptor, line, 0);
  }

  /** Ends a line that a crash left torn, so that it spoils no other. */
  #seal(descriptor: number, size: number): void {
    const last = Buffer.alloc(1);
    const isWhole = (): boolean =>
      this.#size === 0 || readSync(descriptor, last, 0, 1, this.#size - 1) !== 1 || last[0] === NEWLINE;
    this.#size = size;
    this.#isSealed = false;
    for (let look = 0; look < LOOKS; look += 1) {
      if (isWhole()) break;
      const before = this.#size;
      this.#size = sizeBetweenWrites(descriptor);
      if (this.#size === before) break;
    }
    if (!isWhole()) this.#size += writeSync(descriptor, '\n');
    this.#isSealed = true;
  }

  /** An index that lacks something costs time when the file is read, nothing else. */
  #note(descriptor: number, start: number, bytes: Buffer, earliest: number, latest: number): void {
    try {
      if (this.#fingerprint === undefined) {
        const head = Buffer.alloc(FINGERPRINT_BYTES);
        this.#fingerprint = fingerprintOf(head.subarray(0, readSync(descriptor, head, 0, FINGERPRINT_BYTES, 0)));
      }
      if (this.#fingerprint === undefined || this.#file === undefined) return;
      this.#index.note(this.#file.path, this.#fingerprint, start, bytes, earliest, latest);
    } catch {
      // as said
    }
  }
}

function countOf(bytes: Buffer, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count += 1;
  return count;
}

/** What is at a path; `undefined` if nothing is, `'unknown'` if that can't be seen: what is open goes on. */
function lookAt(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return 'unknown';
  }
}

/** What was written is written, also if it can't be looked at. */
function statOf(descriptor: number) {
  try {
    return fstatSync(descriptor);
  } catch {
    return undefined;
  }
}
