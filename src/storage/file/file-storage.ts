import { rmSync, truncateSync } from 'node:fs';
import { resolve } from 'node:path';
import { diag } from '@opentelemetry/api';
import { encodeEvent, encodeMetric } from '../../codec/json-line-encode.js';
import type { TelemetryData } from '../../model/data.js';
import { StorageError, TelemetryError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { checkOptions, objectOf, oneOf, POSITIVE_INTEGER, POSITIVE_NUMBER, type Rule } from '../../model/options.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TelemetryStorage } from '../../model/storage.js';
import { retrievePages, scanPages } from '../pages.js';
import { realPath } from '../real-path.js';
import { BlockDecoder, type UnreadableLines } from './block-decoder.js';
import { FileReader } from './file-reader.js';
import { LineWriter } from './line-writer.js';
import { Maintenance, type RetentionOptions, type Retired } from './maintenance.js';
import { Rotation, type RotationOptions } from './rotation.js';
import { segmentsOf } from './segments.js';
import { indexPathOf } from './time-index.js';

export type { RetentionOptions, Retired, RotationOptions, UnreadableLines };

/** Settings of a {@link FileStorage}. */
export interface FileStorageOptions {
  /** The file; it and its missing folders are made when something is stored. */
  readonly path: string;
  /** Bytes of the longest line that is read; longer ones are skipped and counted. Default 16 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** When the file is closed and another one begun; default: never. */
  readonly rotation?: RotationOptions | undefined;
  /** Which closed files stay; default: all. */
  readonly retention?: RetentionOptions | undefined;
  /** How closed files are compressed, in the background; default `'none'`. */
  readonly compression?: 'gzip' | 'none' | undefined;
  /**
   * What is certain when `store` resolves: `'os'`, the bytes are with the operating system and outlive the process;
   * `'fsync'`, they are on the disk and outlive a power cut. Default `'os'`.
   */
  readonly durability?: 'os' | 'fsync' | undefined;
}

const WHO = 'FileStorage';
const RULES: Readonly<Record<keyof FileStorageOptions, Rule>> = {
  path: {
    isRight: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
    expected: 'a non-empty string',
  },
  maxLineBytes: POSITIVE_INTEGER,
  rotation: objectOf({ maxBytes: POSITIVE_INTEGER, intervalSeconds: POSITIVE_NUMBER }),
  retention: objectOf({ maxFiles: POSITIVE_INTEGER, maxAgeSeconds: POSITIVE_NUMBER, maxTotalBytes: POSITIVE_INTEGER }),
  compression: oneOf('gzip', 'none'),
  durability: oneOf('os', 'fsync'),
};
const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Characters that are encoded before they are written: memory stays level however large a batch is. */
const PIECE_CHARACTERS = 256 * 1024;
/** How often closed files are looked after while nothing is rotated, in milliseconds. */
const MAINTENANCE_MILLIS = 60_000;

/** Lines that are ready to be written, and the times in them. */
interface Piece {
  text: string;
  earliest: number;
  latest: number;
}

/**
 * Appends items to a file of JSON lines, in the format of RIMP for Python, and to a new one where rotation says so;
 * queries read all of them.
 */
export class FileStorage implements TelemetryStorage {
  /** The file's absolute path. */
  readonly path: string;
  readonly location: string;
  /** With `'fsync'` the disk is not waited for in the middle of an application's call. */
  readonly prefersAsync: boolean;
  readonly #maxLineBytes: number;
  readonly #writer: LineWriter;
  readonly #decoder: BlockDecoder;
  readonly #reader: FileReader;
  readonly #rotation: Rotation | undefined;
  readonly #maintenance: Maintenance | undefined;
  /** Items at the beginning of a batch that are done with, should the rest of it be tried again. */
  readonly #partly = new WeakMap<TelemetryData, { readonly done: number; readonly bad: number }>();
  /** Batches that are in the file, but not yet certain to be on the disk. */
  readonly #appended = new WeakSet<TelemetryData>();
  #maintainedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /**
   * @param options - the path, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where the path is no non-empty text, or an option is misspelt or wrong.
   */
  constructor(options: string | FileStorageOptions) {
    const given: FileStorageOptions =
      typeof options === 'object' && options !== null ? options : { path: options as string };
    // a path is the one thing that has no default
    checkOptions(WHO, { ...given, path: given.path ?? null }, RULES);
    this.path = resolve(given.path);
    this.location = `file:${realPath(this.path)}`;
    this.prefersAsync = given.durability === 'fsync';
    this.#maxLineBytes = given.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
    this.#writer = new LineWriter(this.path, this.prefersAsync);
    this.#decoder = new BlockDecoder(this.path, this.#maxLineBytes);
    this.#reader = new FileReader(this.path, this.#maxLineBytes, this.#decoder);
    this.#rotation =
      given.rotation === undefined ? undefined : new Rotation(this.path, given.rotation, this.prefersAsync);
    if (given.retention !== undefined || given.compression === 'gzip') {
      this.#maintenance = new Maintenance(this.path, given.retention ?? {}, given.compression === 'gzip', (error) =>
        diag.warn(`rimp-telemetry: looking after the closed files of ${this.path} failed`, toError(error)),
      );
    }
  }

  /** Lines that could not be read, so far: torn ones, foreign ones, too long ones. */
  get unreadableLines(): UnreadableLines {
    return this.#decoder.unreadable;
  }

  /** Closed files that retention removed, so far. */
  get retired(): Retired {
    return this.#maintenance?.retired ?? { files: 0, bytes: 0 };
  }

  /**
   * Appends a batch before it returns, and has it on the disk where durability is `'fsync'`.
   *
   * @throws StorageError where the file can't be written: nothing of what it tells as not stored is in the file.
   * @throws TelemetryError `RIMP_CLOSED` after {@link close}.
   */
  storeSync(data: TelemetryData): void {
    try {
      this.#storeAll([data]);
    } finally {
      if (this.prefersAsync) this.#syncNow(data);
    }
  }

  /** Appends a batch, as {@link storeSync} does. */
  async store(data: TelemetryData): Promise<void> {
    await this.storeMany([data]);
  }

  /** Appends several batches in their order; with durability `'fsync'` they are on the disk together. */
  async storeMany(batches: readonly TelemetryData[]): Promise<void> {
    try {
      this.#storeAll(batches);
    } finally {
      // also what stands before an item that can't be written
      if (this.prefersAsync) await this.#sync(batches);
    }
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }

  async clear(): Promise<void> {
    for (const { path } of segmentsOf(this.path)) {
      for (const file of [path, indexPathOf(path.replace(/\.gz$/, ''))]) rmSync(file, { force: true });
    }
    rmSync(indexPathOf(this.path), { force: true });
    try {
      truncateSync(this.path, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** Resolves when closed files are compressed and removed as told. */
  async maintain(): Promise<void> {
    this.#maintenance?.start();
    await this.#maintenance?.settled();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#writer.close();
    await this.#maintenance?.stop();
  }

  #storeAll(batches: readonly TelemetryData[]): void {
    if (this.#closed)
      throw Object.assign(new TelemetryError('RIMP_CLOSED', `FileStorage: ${this.path} was closed`), {
        permanent: true,
      });
    for (const data of batches) {
      // it waits for the disk only
      if (this.#appended.has(data)) continue;
      this.#append(data);
      if (this.prefersAsync) this.#appended.add(data);
    }
  }

  #append(data: TelemetryData): void {
    let { done, bad } = this.#partly.get(data) ?? { done: 0, bad: 0 };
    let badInPiece = 0;
    let index = 0;
    const piece: Piece = { text: '', earliest: Number.POSITIVE_INFINITY, latest: Number.NEGATIVE_INFINITY };
    const write = (): void => {
      try {
        this.#write(piece);
      } catch (error) {
        this.#partly.set(data, { done, bad });
        throw new StorageError(`FileStorage: ${this.path} can't be written: ${toError(error).message}`, {
          cause: error,
        });
      }
      done = index;
      bad += badInPiece;
      badInPiece = 0;
    };
    const add = <T extends TelemetryItem>(item: T, encode: (item: T) => string): void => {
      index += 1;
      if (index <= done) return;
      try {
        const line = encode(item);
        // a line that would never be read again is no line; a character has three bytes at most
        if (line.length * 3 > this.#maxLineBytes && Buffer.byteLength(line) > this.#maxLineBytes) badInPiece += 1;
        else {
          piece.text += `${line}\n`;
          const millis = item.timestamp.getTime();
          if (millis < piece.earliest) piece.earliest = millis;
          if (millis > piece.latest) piece.latest = millis;
        }
      } catch {
        badInPiece += 1;
      }
      if (piece.text.length >= PIECE_CHARACTERS) write();
    };
    for (const event of data.events) add(event, encodeEvent);
    for (const metric of data.metrics) add(metric, encodeMetric);
    write();
    this.#partly.delete(data);
    if (bad > 0) {
      throw new StorageError(
        `FileStorage: ${bad} of ${data.size} items can't be written as a line of JSON of at most ${this.#maxLineBytes} bytes`,
        {
          permanent: true,
          dropped: { not_serializable: bad },
        },
      );
    }
  }

  #write(piece: Piece): void {
    if (piece.text === '') return;
    const rotated = this.#rotation?.before(this.#writer, piece.text.length) === true;
    this.#writer.append(piece.text, piece.earliest, piece.latest);
    piece.text = '';
    piece.earliest = Number.POSITIVE_INFINITY;
    piece.latest = Number.NEGATIVE_INFINITY;
    if (this.#maintenance === undefined) return;
    const now = Date.now();
    if (!rotated && now - this.#maintainedAt < MAINTENANCE_MILLIS) return;
    this.#maintainedAt = now;
    this.#maintenance.start();
  }

  async #sync(batches: readonly TelemetryData[]): Promise<void> {
    try {
      await this.#writer.sync();
    } catch (error) {
      throw this.#notOnDisk(batches, error);
    }
  }

  #syncNow(data: TelemetryData): void {
    try {
      this.#writer.syncNow();
    } catch (error) {
      throw this.#notOnDisk([data], error);
    }
  }

  /** What the disk refused counts as not written: it is appended again, as nobody knows how much of it is there. */
  #notOnDisk(batches: readonly TelemetryData[], cause: unknown): StorageError {
    for (const data of batches) this.#appended.delete(data);
    return new StorageError(`FileStorage: ${this.path} can't be brought to the disk: ${toError(cause).message}`, {
      cause,
    });
  }
}
