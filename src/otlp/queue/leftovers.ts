import { rmdirSync, rmSync } from 'node:fs';
import { toError } from '../../model/errors.js';

/** Removes files, and remembers those that could not be removed. */
export class Leftovers {
  readonly #paths = new Set<string>();
  readonly #onDamage: (what: string) => void;

  constructor(onDamage: (what: string) => void) {
    this.#onDamage = onDamage;
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  /** Removes a file now, or later. */
  remove(path: string): void {
    try {
      rmSync(path, { force: true });
      this.#paths.delete(path);
    } catch (error) {
      if (!this.#paths.has(path))
        this.#onDamage(`${path} can't be removed, which is tried again: ${toError(error).message}`);
      this.#paths.add(path);
    }
  }

  /** Tries those again that could not be removed. */
  retry(): void {
    for (const path of this.#paths) this.remove(path);
  }
}

/** Removes a directory; returns whether it is gone. */
export function removeIfEmpty(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
