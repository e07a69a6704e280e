import { closeSync, openSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';

/** A lock that nobody renewed for so long was left behind by a process that died. */
const STALE_MILLIS = 30_000;
const RENEW_MILLIS = 5_000;

/** A lock between processes: a file that only one can make. */
export class LockFile {
  readonly #path: string;
  #held = false;
  #renewedAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes the lock; false where somebody else has it. */
  take(): boolean {
    if (this.#held) return true;
    if (this.#make()) return true;
    const other = statSync(this.#path, { throwIfNoEntry: false });
    if (other !== undefined && Date.now() - other.mtimeMs < STALE_MILLIS) return false;
    rmSync(this.#path, { force: true });
    return this.#make();
  }

  /** Says that the holder is alive; to be called now and then in long work. */
  renew(): void {
    const now = Date.now();
    if (!this.#held || now - this.#renewedAt < RENEW_MILLIS) return;
    this.#renewedAt = now;
    utimesSync(this.#path, now / 1000, now / 1000);
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    rmSync(this.#path, { force: true });
  }

  #make(): boolean {
    try {
      const descriptor = openSync(this.#path, 'wx', 0o644);
      writeSync(descriptor, `${process.pid}\n`);
      closeSync(descriptor);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    this.#held = true;
    this.#renewedAt = Date.now();
    return true;
  }
}
