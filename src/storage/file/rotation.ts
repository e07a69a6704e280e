import { existsSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LineWriter, syncFolder } from './line-writer.js';
import { LockFile } from './lock-file.js';
import { newSegmentPath } from './segments.js';
import { indexPathOf } from './time-index.js';

/** When a file is closed, and another one begun. */
export interface RotationOptions {
  /** At so many bytes. */
  readonly maxBytes?: number | undefined;
  /** So long after it was made, in seconds, with the next write. */
  readonly intervalSeconds?: number | undefined;
}

/** Closes a file when it is due, for all processes that write to it. */
export class Rotation {
  readonly #path: string;
  readonly #options: RotationOptions;
  readonly #durable: boolean;
  readonly #lock: LockFile;

  constructor(path: string, options: RotationOptions, durable: boolean) {
    this.#path = path;
    this.#options = options;
    this.#durable = durable;
    this.#lock = new LockFile(`${path}.rotation.lock`);
  }

  /** Closes the file before more is appended, where it is due; true where it was closed by us. */
  before(writer: LineWriter, more: number): boolean {
    writer.open();
    if (!this.#isDue(writer, more) || !this.#lock.take()) return false;
    try {
      // another process may have been first
      writer.open();
      if (!this.#isDue(writer, more)) return false;
      if (this.#durable) writer.syncNow();
      const inode = statSync(this.#path).ino;
      const target = newSegmentPath(this.#path, Date.now());
      writer.close(true);
      renameSync(this.#path, target);
      const index = indexPathOf(this.#path);
      if (existsSync(index)) renameSync(index, indexPathOf(target));
      if (this.#durable) syncFolder(dirname(this.#path));
      return statSync(target).ino === inode;
    } finally {
      this.#lock.release();
    }
  }

  #isDue(writer: LineWriter, more: number): boolean {
    const { file } = writer;
    if (file === undefined || file.size === 0) return false;
    const { maxBytes, intervalSeconds } = this.#options;
    if (maxBytes !== undefined && file.size + more > maxBytes) return true;
    return intervalSeconds !== undefined && Date.now() - file.bornMillis >= intervalSeconds * 1000;
  }
}
