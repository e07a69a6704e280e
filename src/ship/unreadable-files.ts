import { toError } from '../model/errors.js';
import { GzipDamage } from '../storage/file/gunzip.js';
import type { UnreadableFile } from './source.js';

/** The files of a source that can't be read, or not to their ends, as it stands now. */
export class UnreadableFiles {
  readonly #report: (what: string, error?: unknown) => void;
  readonly #files = new Map<string, UnreadableFile>();

  /** @param report - hears of each file once a reason. */
  constructor(report: (what: string, error?: unknown) => void) {
    this.#report = report;
  }

  get list(): readonly UnreadableFile[] {
    return [...this.#files.values()];
  }

  /** How many there are, by reason, added to other counts. */
  addedTo(others: Readonly<Record<string, number>>): Record<string, number> {
    const counts = { ...others };
    for (const { reason } of this.#files.values()) counts[reason] = (counts[reason] ?? 0) + 1;
    return counts;
  }

  add(path: string, error: unknown): void {
    const reason = error instanceof GzipDamage ? error.reason : 'unreadable_file';
    if (this.#files.get(path)?.reason !== reason)
      this.#report(`${path} can't be read to its end (${reason}), the rest is sent`, error);
    this.#files.set(path, { path, reason, message: toError(error).message });
  }

  delete(path: string): void {
    this.#files.delete(path);
  }
}
