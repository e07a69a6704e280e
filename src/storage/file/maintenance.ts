import { lstatSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { inBackground } from '../../runtime/background.js';
import { targetOf } from '../real-path.js';
import { compressSegment } from './compress.js';
import { FileAges } from './file-ages.js';
import { LockFile } from './lock-file.js';
import { nameSegment } from './rotation.js';
import { closingPath, leftoversOf, millisOfKey, nextKey, type Segment, segmentsOf, twinsOf } from './segments.js';
import { indexPathOf } from './time-index.js';

/** Which closed segments stay. The file that is being written is never removed. */
export interface RetentionOptions {
  /** At most so many segments. */
  readonly maxFiles?: number | undefined;
  /** None that was closed longer ago than this, in seconds. */
  readonly maxAgeSeconds?: number | undefined;
  /** At most so many bytes in all, the file that is being written included. */
  readonly maxTotalBytes?: number | undefined;
}

/** Files that maintenance has removed so far. */
export interface DeletedSegments {
  /** Segments that retention removed. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Unfinished files that killed compressions left; what they held is in the segment that they were made from. */
  readonly leftovers: number;
}

/**
 * Compresses and removes closed segments in the background, one process at a time. Whatever fails is reported and tried
 * again the next time, and holds up no other segment; nothing is ever thrown.
 */
export class Maintenance {
  readonly #path: string;
  readonly #retention: RetentionOptions;
  readonly #compress: boolean;
  readonly #report: (what: string, error: unknown) => void;
  readonly #ages = new FileAges();
  readonly #stop = new AbortController();
  #lock: LockFile | undefined;
  #deleted = { files: 0, bytes: 0, leftovers: 0 };
  #work: Promise<void> | undefined;
  #again = false;

  constructor(
    path: string,
    retention: RetentionOptions,
    compress: boolean,
    report: (what: string, error: unknown) => void,
  ) {
    this.#path = path;
    this.#retention = retention;
    this.#compress = compress;
    this.#report = report;
  }

  get deleted(): DeletedSegments {
    return { ...this.#deleted };
  }

  /** Starts to look after the segments, or does so once more when it is done. */
  start(): void {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    this.#work ??= inBackground(() => this.#run());
  }

  /** Leaves off; what is half done is done again another time. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#work;
    this.#lock?.close();
  }

  /** Resolves when there is nothing left to do. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#stop.signal.aborted) {
        this.#again = false;
        await this.#look();
      }
    } catch (error) {
      this.#failed('looking after the closed files', error);
    } finally {
      this.#work = undefined;
    }
  }

  async #look(): Promise<void> {
    const target = targetOf(this.#path);
    const lockPath = `${target}.maintenance.lock`;
    if (this.#lock?.path !== lockPath) this.#lock = new LockFile(lockPath);
    const lock = this.#lock;
    try {
      // another process does the same
      if (!lock.take()) return;
    } catch (error) {
      this.#failed('taking the lock of maintenance', error);
      // to remove files makes room, and does no harm if two do it
      if (/^(ENOSPC|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? '')) this.#retire(target);
      return;
    }
    try {
      this.#removeLeftovers(target);
      this.#retire(target);
      if (!this.#compress || !this.#removeTwins(target)) return;
      for (const segment of segmentsOf(target)) {
        if (!lock.renew()) return;
        if (!segment.compressed) await this.#compressOne(target, segment, lock);
      }
      this.#retire(target);
    } finally {
      lock.release();
    }
  }

  async #compressOne(target: string, { path, closing }: Segment, lock: LockFile): Promise<void> {
    try {
      const plain = closing ? nameSegment(target, path) : path;
      const outcome = await compressSegment(plain, () => !this.#stop.signal.aborted && lock.renew());
      if (outcome !== 'other-data') return;
      // two segments got one key: this one gets another
      const aside = closingPath(target, nextKey(target, Date.now()));
      renameSync(plain, aside);
      await compressSegment(nameSegment(target, aside), () => !this.#stop.signal.aborted && lock.renew());
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failed(`compressing ${path}`, error);
    }
  }

  #removeLeftovers(target: string): void {
    for (const path of leftoversOf(target)) {
      if (this.#remove(path)) this.#deleted.leftovers += 1;
    }
  }

  /** Removes second names of segments, under which their lines would come twice; false if one stays. */
  #removeTwins(target: string): boolean {
    const twins = twinsOf(target);
    return twins.filter((path) => this.#remove(path)).length === twins.length;
  }

  #retire(target: string): void {
    const { maxFiles, maxAgeSeconds, maxTotalBytes } = this.#retention;
    const segments = segmentsOf(target);
    const stats = segments.map(({ path }) => lstatSync(path, { throwIfNoEntry: false }));
    let count = segments.length;
    let total = stats.reduce((sum, stat) => sum + (stat?.size ?? 0), sizeOf(target));
    // a segment is at least as old as the one behind it
    const ages = segments.map(({ key }, i) => this.#ages.ageOf(key, [millisOfKey(key), stats[i]?.mtimeMs ?? 0]));
    for (let i = ages.length - 2; i >= 0; i -= 1) ages[i] = Math.max(ages[i] as number, ages[i + 1] as number);
    this.#ages.keep(segments.map(({ key }) => key));
    for (const [i, { path }] of segments.entries()) {
      const isTooMuch =
        count > (maxFiles ?? Number.POSITIVE_INFINITY) ||
        total > (maxTotalBytes ?? Number.POSITIVE_INFINITY) ||
        (ages[i] as number) > (maxAgeSeconds ?? Number.POSITIVE_INFINITY) * 1000;
      if (!isTooMuch) return;
      const bytes = stats[i]?.size ?? 0;
      count -= 1;
      total -= bytes;
      if (!this.#remove(path)) continue;
      this.#remove(indexPathOf(path.replace(/\.gz$/, '')));
      this.#deleted.files += 1;
      this.#deleted.bytes += bytes;
    }
  }

  /** Removes a file; false if it was not there, or can't be removed, which is reported. */
  #remove(path: string): boolean {
    try {
      unlinkSync(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#failed(`removing ${path}`, error);
      return false;
    }
  }

  #failed(what: string, error: unknown): void {
    this.#report(`FileStorage: ${what} (of ${this.#path}) failed, it is tried again later`, error);
  }
}

/** Removes all files of a storage but the one that is written. */
export function removeSegments(path: string): void {
  const target = targetOf(path);
  for (const segment of segmentsOf(target)) {
    // the plain one, and what an unfinished compression made of it
    for (const file of [segment.path, `${segment.path}.gz`, indexPathOf(segment.path.replace(/\.gz$/, ''))])
      rmSync(file, { force: true });
  }
  for (const file of [...leftoversOf(target), ...twinsOf(target), indexPathOf(target)]) rmSync(file, { force: true });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
