import { createReadStream, createWriteStream, fstatSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { LockFile } from './lock-file.js';
import { millisOfKey, type Segment, segmentsOf } from './segments.js';
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

/** What retention has removed so far. */
export interface Retired {
  readonly files: number;
  readonly bytes: number;
}

/** Compresses and removes closed segments in the background, one process at a time. */
export class Maintenance {
  readonly #path: string;
  readonly #retention: RetentionOptions;
  readonly #compress: boolean;
  readonly #lock: LockFile;
  readonly #onError: (error: unknown) => void;
  #files = 0;
  #bytes = 0;
  #work: Promise<void> | undefined;
  #again = false;
  #stop = new AbortController();

  constructor(path: string, retention: RetentionOptions, compress: boolean, onError: (error: unknown) => void) {
    this.#path = path;
    this.#retention = retention;
    this.#compress = compress;
    this.#onError = onError;
    this.#lock = new LockFile(`${path}.maintenance.lock`);
  }

  get retired(): Retired {
    return { files: this.#files, bytes: this.#bytes };
  }

  /** Starts to look after the segments, or does so once more when it is done. */
  start(): void {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
  }

  /** Leaves off; what is half done is done again another time. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }

  /** Resolves when there is nothing left to do. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stop.signal.aborted) {
      this.#again = false;
      // another process does the same
      if (!this.#tryLock()) return;
      try {
        this.#retire();
        if (this.#compress) {
          for (const segment of segmentsOf(this.#path)) {
            if (!segment.compressed) await this.#compressSegment(segment);
            this.#lock.renew();
          }
          this.#retire();
        }
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#onError(error);
      } finally {
        this.#lock.release();
      }
    }
  }

  #tryLock(): boolean {
    try {
      return this.#lock.take();
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  #retire(): void {
    const { maxFiles, maxAgeSeconds, maxTotalBytes } = this.#retention;
    const segments = segmentsOf(this.#path);
    const sizes = segments.map(({ path }) => sizeOf(path));
    let count = segments.length;
    let total = sizes.reduce((sum, size) => sum + size, sizeOf(this.#path));
    const oldest = maxAgeSeconds === undefined ? Number.NEGATIVE_INFINITY : Date.now() - maxAgeSeconds * 1000;
    for (const [i, segment] of segments.entries()) {
      const isTooMuch =
        count > (maxFiles ?? Number.POSITIVE_INFINITY) ||
        total > (maxTotalBytes ?? Number.POSITIVE_INFINITY) ||
        millisOfKey(segment.key) < oldest;
      if (!isTooMuch) return;
      rmSync(segment.path, { force: true });
      rmSync(indexPathOf(segment.path.replace(/\.gz$/, '')), { force: true });
      count -= 1;
      total -= sizes[i] as number;
      this.#files += 1;
      this.#bytes += sizes[i] as number;
    }
  }

  async #compressSegment({ path }: Segment): Promise<void> {
    const target = `${path}.gz`;
    const half = `${target}.tmp`;
    const source = await open(path, 'r');
    try {
      let compressed = 0;
      const input = createReadStream(path, { fd: source, autoClose: false, start: 0 });
      input.on('data', (chunk) => {
        compressed += chunk.length;
        this.#lock.renew();
      });
      await pipeline(input, createGzip(), createWriteStream(half, { flush: true } as object), {
        signal: this.#stop.signal,
      });
      await rename(half, target);
      compressed = await addLate(source, target, compressed);
      await rm(path);
      // a writer that had the file open since before it was closed may have been slow
      await addLate(source, target, compressed);
    } finally {
      await source.close();
      await rm(half, { force: true });
    }
  }
}

/** Appends what came behind a position to a compressed file, as a member of its own. */
async function addLate(source: FileHandle, target: string, position: number): Promise<number> {
  const { size } = fstatSync(source.fd);
  if (size <= position) return position;
  const late = Buffer.alloc(size - position);
  const { bytesRead } = await source.read(late, 0, late.length, position);
  const file = await open(target, 'a');
  try {
    await file.appendFile(await promisify(gzip)(late.subarray(0, bytesRead)));
    await file.datasync();
  } finally {
    await file.close();
  }
  return position + bytesRead;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
