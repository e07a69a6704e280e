import { truncateSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TelemetryData } from '../../model/data.js';
import { closedError, StorageError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { checkOptions } from '../../model/options.js';
import type { TelemetryQuery } from '../../model/query.js';
import { Diagnostics } from '../../runtime/diagnostics.js';
import { STORAGE_OUTPUT } from '../../runtime/diagnostics-output.js';
import { systemClock } from '../../runtime/system-clock.js';
import { kindOfErrno } from '../errno.js';
import { retrievePages, scanPages } from '../pages.js';
import { realPath, targetOf } from '../real-path.js';
import { BatchWriter, type Piece } from './batch-writer.js';
import { BlockDecoder, type UnreadableLines } from './block-decoder.js';
import { FILE_RULES, type FileStorageOptions } from './file-options.js';
import { FileReader } from './file-reader.js';
import { LineWriter } from './line-writer.js';
import { type DeletedSegments, Maintenance, removeSegments } from './maintenance.js';
import { Rotation } from './rotation.js';

const WHO = 'FileStorage';
const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;
/** How often closed files are looked after while nothing is rotated, in milliseconds. */
const MAINTENANCE_MILLIS = 60_000;

/** What a storage in files does: it writes one, and reads all of them. `segments.ts` says which there are. */
export class FileEngine {
  readonly path: string;
  readonly location: string;
  /** With `'fsync'` the disk is not waited for in the middle of an application's call. */
  readonly prefersAsync: boolean;
  readonly #writer: LineWriter;
  readonly #batches: BatchWriter;
  readonly #decoder: BlockDecoder;
  readonly #reader: FileReader;
  readonly #rotation: Rotation | undefined;
  readonly #maintenance: Maintenance | undefined;
  #maintainedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong. */
  constructor(options: string | FileStorageOptions) {
    const given: FileStorageOptions =
      typeof options === 'object' && options !== null ? options : { path: options as string };
    // a path is the one thing that has no default
    checkOptions(WHO, { ...given, path: given.path ?? null }, FILE_RULES);
    const { maxLineBytes = DEFAULT_MAX_LINE_BYTES, rotation, retention, compression, durability, mode } = given;
    this.path = resolve(given.path);
    this.location = `file:${realPath(this.path)}`;
    this.prefersAsync = durability === 'fsync';
    const diagnostics = new Diagnostics(systemClock, STORAGE_OUTPUT);
    this.#writer = new LineWriter(this.path, this.prefersAsync, mode);
    this.#batches = new BatchWriter(this.path, maxLineBytes, (piece) => this.#write(piece));
    this.#decoder = new BlockDecoder(this.path, maxLineBytes, diagnostics);
    this.#reader = new FileReader(this.path, maxLineBytes, this.#decoder);
    if (rotation !== undefined) {
      this.#rotation = new Rotation(rotation, this.prefersAsync, (what, error) =>
        diagnostics.report('file_rotation', what, error),
      );
    }
    if (retention !== undefined || compression === 'gzip') {
      this.#maintenance = new Maintenance(this.path, retention ?? {}, compression === 'gzip', (what, error) =>
        diagnostics.report('file_maintenance', what, error),
      );
    }
  }

  get unreadableLines(): UnreadableLines {
    return this.#decoder.unreadable;
  }

  get deletedSegments(): DeletedSegments {
    return this.#maintenance?.deleted ?? { files: 0, bytes: 0, leftovers: 0 };
  }

  storeSync(data: TelemetryData): void {
    const failure = this.#append([data]);
    if (this.prefersAsync) {
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
    if (this.prefersAsync) {
      try {
        await this.#writer.sync();
      } catch (error) {
        throw this.#notOnDisk(error);
      }
    }
    this.#finish(batches, failure);
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }

  async clear(): Promise<void> {
    removeSegments(this.path);
    try {
      truncateSync(targetOf(this.path), 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  async maintain(): Promise<void> {
    this.#maintenance?.start();
    await this.#maintenance?.settled();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#writer.close();
    this.#rotation?.close();
    await this.#maintenance?.stop();
  }

  /** Appends batches; gives the error of the first that failed. */
  #append(batches: readonly TelemetryData[]): StorageError | undefined {
    if (this.#closed) throw closedError(`FileStorage: ${this.path} was closed`);
    if (this.prefersAsync) {
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
    return new StorageError(`FileStorage: ${this.path} can't be brought to the disk: ${toError(cause).message}`, {
      cause,
      ...(kindOfErrno(cause) === 'storage' && { concerns: 'storage' }),
    });
  }
}
