import { resolve } from 'node:path';
import type { TelemetryData } from '../../model/data.js';
import { closedError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { checkOneArgument, checkOptions } from '../../model/options.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { Diagnostics } from '../../runtime/diagnostics.js';
import { STORAGE_OUTPUT } from '../../runtime/diagnostics-output.js';
import { systemClock } from '../../runtime/system-clock.js';
import { realPath } from '../real-path.js';
import type { UnreadableLines } from './block-decoder.js';
import { FILE_RULES, type FileStorageOptions } from './file-options.js';
import type { DeletedSegments, RetentionOptions } from './maintenance.js';
import { loadFileReading, loadFileWriting } from './on-demand.js';
import type { Reading } from './reading.js';
import type { RotationOptions } from './rotation.js';
import type { Writing } from './writing.js';

export type { DeletedSegments, FileStorageOptions, RetentionOptions, RotationOptions, UnreadableLines };

const WHO = 'FileStorage';
const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Appends items to a file of JSON lines, in the format of RIMP for Python, and to a new one when rotation is due;
 * queries read all of them.
 */
export class FileStorage implements TelemetryStorage {
  /** The file's absolute path. */
  readonly path: string;
  readonly location: string;
  /** With `'fsync'` the disk is not waited for in the middle of an application's call. */
  readonly prefersAsync: boolean;
  readonly #options: FileStorageOptions & { readonly maxLineBytes: number };
  readonly #diagnostics = new Diagnostics(systemClock, STORAGE_OUTPUT);
  // a program that only reads needs nothing that writes, and the other way round: each is made when it is asked for
  readonly #made: { reading?: Reading; writing?: Writing } = {};
  #closed = false;

  /**
   * @param options - the path, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the path is no non-empty text, or an option is misspelt or wrong.
   */
  constructor(options: string | FileStorageOptions);
  constructor(options: string | FileStorageOptions, second?: unknown) {
    checkOneArgument(WHO, 'path', second);
    const given: FileStorageOptions =
      typeof options === 'object' && options !== null ? options : { path: options as string };
    // a path is the one thing that has no default
    checkOptions(WHO, { ...given, path: given.path ?? null }, FILE_RULES);
    this.path = resolve(given.path);
    this.location = `file:${realPath(this.path)}`;
    this.prefersAsync = given.durability === 'fsync';
    this.#options = { ...given, path: this.path, maxLineBytes: given.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES };
  }

  /**
   * Lines that could not be read, so far: torn ones, foreign ones, too long ones; and closed files of which something
   * can't be read, each as one.
   */
  get unreadableLines(): UnreadableLines {
    return this.#made.reading?.unreadableLines ?? { count: 0, reasons: {}, last: undefined };
  }

  /** Closed files that retention removed, and leftovers of killed processes, so far. */
  get deletedSegments(): DeletedSegments {
    return this.#made.writing?.deletedSegments ?? { files: 0, bytes: 0, leftovers: 0 };
  }

  /**
   * Appends a batch before it returns, and has it on the disk if durability is `'fsync'`.
   *
   * @throws StorageError if the file can't be written (`done` says how many items are in it all the same), or items were
   * refused for good (`permanent`, with their number in `dropped`; the others are stored).
   * @throws TelemetryError `RIMP_CLOSED` after {@link close}.
   */
  storeSync(data: TelemetryData): void {
    this.#writing().storeSync(data);
  }

  /** Appends a batch, as {@link storeSync} does. */
  async store(data: TelemetryData): Promise<void> {
    await this.storeMany([data]);
  }

  /** Appends several batches in their order; with durability `'fsync'` they are on the disk together. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    await this.#writing().storeMany(batches);
  }

  retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return this.#reading().retrieve(query);
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return this.#reading().scan(query);
  }

  async clear(): Promise<void> {
    loadFileWriting().clearFiles(this.path);
  }

  /** Resolves when closed files are compressed and removed as the options say. */
  async maintain(): Promise<void> {
    if (!this.#closed) await this.#writing().maintain();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#made.writing?.close();
  }

  #reading(): Reading {
    this.#made.reading ??= new (loadFileReading().Reading)(this.path, this.#options.maxLineBytes, this.#diagnostics);
    return this.#made.reading;
  }

  #writing(): Writing {
    if (this.#closed) throw closedError(`${WHO}: ${this.path} was closed`);
    this.#made.writing ??= new (loadFileWriting().Writing)(this.#options, this.#diagnostics);
    return this.#made.writing;
  }
}
