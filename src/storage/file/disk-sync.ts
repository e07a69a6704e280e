import { fdatasync, fdatasyncSync } from 'node:fs';
import { promisify } from 'node:util';
import { rewriteInPlace } from './append-file.js';

/**
 * Brings what was appended to an open file to the disk. After an error the system may take bytes for written that never
 * came to the disk, so that asking again proves nothing: they are written once more to where they are, which keeps the
 * file as it is and the next answer true.
 */
export class DiskSync {
  readonly #descriptor: number;
  readonly #path: string;
  readonly #inode: number;
  /** The file is on the disk up to here. */
  #syncedTo: number;
  /** The disk refused what is behind it, up to here. */
  #refusedTo: number | undefined;

  /** @param size - of the file when it was opened. */
  constructor(descriptor: number, path: string, inode: number, size: number) {
    this.#descriptor = descriptor;
    this.#path = path;
    this.#inode = inode;
    this.#syncedTo = size;
  }

  /** Resolves when the file is on the disk up to a size. */
  async sync(size: number): Promise<void> {
    try {
      this.#writeRefused();
      await promisify(fdatasync)(this.#descriptor);
      this.#synced(size);
    } catch (error) {
      this.#refuse(size);
      throw error;
    }
  }

  /** Returns when the file is on the disk up to a size. */
  syncNow(size: number): void {
    try {
      this.#writeRefused();
      fdatasyncSync(this.#descriptor);
      this.#synced(size);
    } catch (error) {
      this.#refuse(size);
      throw error;
    }
  }

  #writeRefused(): void {
    if (this.#refusedTo === undefined) return;
    rewriteInPlace(this.#path, this.#inode, this.#syncedTo, this.#refusedTo);
  }

  #synced(size: number): void {
    this.#syncedTo = Math.max(this.#syncedTo, size);
    this.#refusedTo = undefined;
  }

  #refuse(size: number): void {
    this.#refusedTo = Math.max(this.#refusedTo ?? 0, size);
  }
}
