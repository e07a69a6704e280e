import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from '../../runtime/make-directory.js';
import { targetOf } from '../real-path.js';
import { LineFile } from './line-file.js';
import { TimeIndexWriter } from './time-index.js';

/** Closed files that are remembered. */
const MAX_KEPT = 64;
/** How often a file that is taken away in the middle of writing is followed by a new one. */
const ATTEMPTS = 10;

/** Appends whole lines to the file at a path, which others may append to, move away or delete meanwhile. */
export class LineWriter {
  readonly #path: string;
  readonly #durable: boolean;
  readonly #mode: number | undefined;
  readonly #index: TimeIndexWriter;
  #file: LineFile | undefined;
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
      const file = this.open();
      const start = file.append(bytes);
      const found = file.look();
      // deleted between the look at the path and the write: what nobody can read is written again
      if (found?.nlink === 0 && attempt < ATTEMPTS) {
        this.close();
        continue;
      }
      // with others writing at once it is not known where the lines came to stand
      if (found?.size === file.size) this.#note(file, start, bytes, earliest, latest);
      return;
    }
  }

  /** The file that is written to; `undefined` if there is none yet. */
  get file(): LineFile | undefined {
    return this.#file;
  }

  /** The file that is at the path now, open; what somebody else left torn at its end is ended. */
  open(): LineFile {
    if (this.#file !== undefined) {
      const now = lookAt(this.#path);
      // moved away or deleted, by logrotate for example
      if (now === undefined || (now !== 'unknown' && !this.#file.is(now))) this.close();
      else this.#file.follow(now === 'unknown' ? this.#file.size : now.size);
    }
    if (this.#file !== undefined) return this.#file;
    const target = targetOf(this.#path);
    makeDirectory(dirname(target));
    this.#file = new LineFile(target, this.#durable, this.#mode);
    this.generation += 1;
    return this.#file;
  }

  /** Resolves when what was written is on the disk. */
  async sync(): Promise<void> {
    await this.#file?.disk.sync(this.#file.size);
  }

  /** Returns when what was written is on the disk. */
  syncNow(): void {
    this.#file?.disk.syncNow(this.#file.size);
  }

  /** Whether the file of a number is being written, or was brought to the disk before it was closed. */
  holds(generation: number): boolean {
    return generation === this.generation || this.#kept.has(generation);
  }

  /** @param forGood - whether nothing more comes to the file, which is on the disk: then all of it is in its index. */
  close(forGood = false): void {
    const file = this.#file;
    if (file === undefined) return;
    if (forGood) {
      this.#kept.add(this.generation);
      // a batch comes again soon, or never
      if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.values().next().value ?? 0);
    }
    this.#file = undefined;
    this.#index.reset(forGood ? 1 : undefined);
    file.close();
  }

  /** An index that lacks something costs time when the file is read, nothing else. */
  #note(file: LineFile, start: number, bytes: Buffer, earliest: number, latest: number): void {
    try {
      const { fingerprint } = file;
      if (fingerprint !== undefined) this.#index.note(file.path, fingerprint, start, bytes, earliest, latest);
    } catch {
      // as said
    }
  }
}

/** What is at a path; `undefined` if nothing is, `'unknown'` if that can't be seen: what is open goes on. */
function lookAt(path: string): Stats | undefined | 'unknown' {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return 'unknown';
  }
}
