import type { TelemetryData } from '../../model/data.js';
import type { TelemetryItem } from '../../model/item.js';
import { checkOneArgument } from '../../model/options.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import type { UnreadableLines } from './block-decoder.js';
import type { FileEngine } from './engine.js';
import type { FileStorageOptions } from './file-options.js';
import type { DeletedSegments, RetentionOptions } from './maintenance.js';
import { loadFiles } from './on-demand.js';
import type { RotationOptions } from './rotation.js';

export type { DeletedSegments, FileStorageOptions, RetentionOptions, RotationOptions, UnreadableLines };

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
  readonly #engine: FileEngine;

  /**
   * @param options - the path, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the path is no non-empty text, or an option is misspelt or wrong.
   */
  constructor(options: string | FileStorageOptions);
  constructor(options: string | FileStorageOptions, second?: unknown) {
    checkOneArgument('FileStorage', 'path', second);
    const { FileEngine: Engine } = loadFiles();
    this.#engine = new Engine(options);
    this.path = this.#engine.path;
    this.location = this.#engine.location;
    this.prefersAsync = this.#engine.prefersAsync;
  }

  /**
   * Lines that could not be read, so far: torn ones, foreign ones, too long ones; and closed files of which something
   * can't be read, each as one.
   */
  get unreadableLines(): UnreadableLines {
    return this.#engine.unreadableLines;
  }

  /** Closed files that retention removed, and leftovers of killed processes, so far. */
  get deletedSegments(): DeletedSegments {
    return this.#engine.deletedSegments;
  }

  /**
   * Appends a batch before it returns, and has it on the disk if durability is `'fsync'`.
   *
   * @throws StorageError if the file can't be written (`done` says how many items are in it all the same), or items were
   * refused for good (`permanent`, with their number in `dropped`; the others are stored).
   * @throws TelemetryError `RIMP_CLOSED` after {@link close}.
   */
  storeSync(data: TelemetryData): void {
    this.#engine.storeSync(data);
  }

  /** Appends a batch, as {@link storeSync} does. */
  async store(data: TelemetryData): Promise<void> {
    await this.storeMany([data]);
  }

  /** Appends several batches in their order; with durability `'fsync'` they are on the disk together. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    await this.#engine.storeMany(batches);
  }

  retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return this.#engine.retrieve(query);
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return this.#engine.scan(query);
  }

  clear(): Promise<void> {
    return this.#engine.clear();
  }

  /** Resolves when closed files are compressed and removed as the options say. */
  maintain(): Promise<void> {
    return this.#engine.maintain();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
