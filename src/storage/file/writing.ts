import { truncateSync } from 'node:fs';
import type { TelemetryData } from '../../model/data.js';
import { StorageError, toError } from '../../model/errors.js';
import type { Diagnostics } from '../../runtime/diagnostics.js';
import { kindOfErrno } from '../errno.js';
import { targetOf } from '../real-path.js';
import { BatchWriter, type Piece } from './batch-writer.js';
import type { FileStorageOptions } from './file-options.js';
import { LineWriter } from './line-writer.js';
import { type DeletedSegments, Maintenance, removeSegments } from './maintenance.js';
import { Rotation } from './rotation.js';

/** How often closed files are looked after while nothing is rotated, in milliseconds. */
const MAINTENANCE_MILLIS = 60_000;

/** What a storage in files writes: one file, which is closed and looked after as its options say. */
export class Writing {
  readonly #path: string;
  /** Whether what was written is brought to the disk. */
  readonly #durable: boolean;
  readonly #writer: LineWriter;
  readonly #batches: BatchWriter;
  readonly #rotation: Rotation | undefined;
  readonly #maintenance: Maintenance | undefined;
  #maintainedAt = Number.NEGATIVE_INFINITY;

  constructor(options: FileStorageOptions & { readonly maxLineBytes: number }, diagnostics: Diagnostics) {
    const { path, maxLineBytes, rotation, retention, compression, durability, mode } = options;
    this.#path = path;
    this.#durable = durability === 'fsync';
    this.#writer = new LineWriter(path, this.#durable, mode);
    this.#batches = new BatchWriter(path, maxLineBytes, (piece) => this.#write(piece));
    if (rotation !== undefined) {
      this.#rotation = new Rotation(rotation, this.#durable, (what, error) =>
        diagnostics.report('file_rotation', what, error),
      );
    }
    if (retention !== undefined || compression === 'gzip') {
      this.#maintenance = new Maintenance(path, retention ?? {}, compression === 'gzip', (what, error) =>
        diagnostics.report('file_maintenance', what, error),
      );
    }
  }

  get deletedSegments(): DeletedSegments | undefined {
    return this.#maintenance?.deleted;
  }

  storeSync(data: TelemetryData): void {
    const failure = this.#append([data]);
    if (this.#durable) {
      try {
        this.#writer.syncNow();
      } catch (error) {
        throw this.#notOnDisk(error);
      }
    }
    this.#finish([data], failure);
  }

  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    const failure = this.#append(batches);
    if (this.#durable) {
      try {
        await this.#writer.sync();
      } catch (error) {
        throw this.#notOnDisk(error);
      }
    }
    this.#finish(batches, failure);
  }

  async maintain(): Promise<void> {
    this.#maintenance?.start();
    await this.#maintenance?.settled();
  }

  async close(): Promise<void> {
    this.#writer.close();
    this.#rotation?.close();
    await this.#maintenance?.stop();
  }

  /** Appends batches; gives the error of the first that failed. */
  #append(batches: readonly TelemetryData[]): StorageError | undefined {
    if (this.#durable) {
      this.#tryToOpen();
      this.#batches.forgetOthers(batches, (generation) => this.#writer.holds(generation));
    }
    let failure: StorageError | undefined;
    for (const data of batches) {
      try {
        this.#batches.append(data, () => this.#writer.generation);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        failure ??= error;
        // the order is kept: what can't be written now holds up what follows
        if (!error.permanent) break;
      }
    }
    return failure;
  }

  /** Sees whether the file that was written is still at its path. */
  #tryToOpen(): void {
    try {
      this.#writer.open();
    } catch {
      // writing meets the same error
    }
  }

  /**
   * Ends a call. After an error of several batches all of them may come again one by one: what is in the file is
   * remembered until then.
   */
  #finish(batches: readonly TelemetryData[], failure: StorageError | undefined): void {
    if (failure === undefined || (batches.length === 1 && failure.permanent)) this.#batches.forget(batches);
    if (failure !== undefined) throw failure;
  }

  #write(piece: Piece): void {
    const rotated = this.#rotation?.before(this.#writer, piece.bytes.length) === true;
    this.#writer.append(piece.bytes, piece.earliest, piece.latest);
    if (this.#maintenance === undefined) return;
    const now = performance.now();
    if (!rotated && now - this.#maintainedAt < MAINTENANCE_MILLIS) return;
    this.#maintainedAt = now;
    this.#maintenance.start();
  }

  /** The batches come again: what the disk refused is written once more to its place, not appended. */
  #notOnDisk(cause: unknown): StorageError {
    return new StorageError(`FileStorage: ${this.#path} can't be brought to the disk: ${toError(cause).message}`, {
      cause,
      ...(kindOfErrno(cause) === 'storage' && { concerns: 'storage' }),
    });
  }
}

/** Removes all items: the closed files, and what is in the one that is written. */
export function clearFiles(path: string): void {
  removeSegments(path);
  try {
    truncateSync(targetOf(path), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
