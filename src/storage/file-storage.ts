import { isUtf8 } from 'node:buffer';
import { realpathSync, truncateSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { diag } from '@opentelemetry/api';
import type { TelemetryData } from '../model/data.js';
import { StorageError, show, TelemetryError, toError } from '../model/errors.js';
import { decodeLine } from '../model/json-line-decode.js';
import { encodeEvent, encodeMetric } from '../model/json-line-encode.js';
import { matches, resolveQuery, type TelemetryQuery } from '../model/query.js';
import type { TelemetryStorage } from '../model/storage.js';
import { type RawLine, readLines } from './file/line-reader.js';
import { LineWriter } from './file/line-writer.js';
import { gather, type TelemetryItem } from './gather.js';

/** Settings of a {@link FileStorage}. */
export interface FileStorageOptions {
  /** The file; it and its missing folders are made when something is stored. */
  readonly path: string;
  /** Octets of the longest line that is read; longer ones are skipped and counted. Default 16 MiB. */
  readonly maxLineBytes?: number | undefined;
}

/** Lines that could not be read, so far. */
export interface UnreadableLines {
  readonly count: number;
  /** By reason: `too_long`, `not_utf8`, `not_rimp`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** What was wrong with the last of them. */
  readonly last: string | undefined;
}

const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Characters that are encoded before they are written: memory stays level however large a batch is. */
const PIECE_CHARACTERS = 256 * 1024;
const TELL_EVERY_MILLIS = 60_000;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Appends items to a file of JSON lines, in the format of RIMP for Python. The octets are with the operating system
 * when `store` resolves: they outlive the process, however it ends.
 */
export class FileStorage implements TelemetryStorage {
  /** The file's absolute path. */
  readonly path: string;
  readonly location: string;
  readonly #maxLineBytes: number;
  readonly #writer: LineWriter;
  /** Items at the beginning of a batch that are done with, should the rest of it be tried again. */
  readonly #partly = new WeakMap<TelemetryData, { readonly done: number; readonly bad: number }>();
  readonly #reasons = new Map<string, number>();
  #unreadable = 0;
  #lastUnreadable: string | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /**
   * @param options - the path, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where the path is no non-empty text.
   */
  constructor(options: string | FileStorageOptions) {
    const { path, maxLineBytes }: FileStorageOptions =
      typeof options === 'object' && options !== null ? options : { path: options };
    if (typeof path !== 'string' || path === '' || path.includes('\0')) {
      throw new TelemetryError(
        'RIMP_INVALID_ARGUMENT',
        `FileStorage: expected "path" to be a non-empty string, got ${show(path)}`,
      );
    }
    if (maxLineBytes !== undefined && !(Number.isSafeInteger(maxLineBytes) && maxLineBytes > 0)) {
      throw new TelemetryError(
        'RIMP_INVALID_ARGUMENT',
        `FileStorage: expected "maxLineBytes" to be a positive integer, got ${show(maxLineBytes)}`,
      );
    }
    this.path = resolve(path);
    this.location = `file:${realPath(this.path)}`;
    this.#maxLineBytes = maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
    this.#writer = new LineWriter(this.path);
  }

  /** Lines that could not be read, so far: torn ones, foreign ones, too long ones. */
  get unreadableLines(): UnreadableLines {
    return { count: this.#unreadable, reasons: Object.fromEntries(this.#reasons), last: this.#lastUnreadable };
  }

  /**
   * Appends a batch before it returns.
   *
   * @throws StorageError where the file can't be written: nothing of what it tells as not stored is in the file.
   * @throws TelemetryError `RIMP_CLOSED` after {@link close}.
   */
  storeSync(data: TelemetryData): void {
    if (this.#closed)
      throw Object.assign(new TelemetryError('RIMP_CLOSED', `FileStorage: ${this.path} was closed`), {
        permanent: true,
      });
    let { done, bad } = this.#partly.get(data) ?? { done: 0, bad: 0 };
    let badInPiece = 0;
    let index = 0;
    let text = '';
    const write = (): void => {
      if (text === '') return;
      try {
        this.#writer.append(text);
      } catch (error) {
        this.#partly.set(data, { done, bad });
        throw new StorageError(`FileStorage: ${this.path} can't be written: ${toError(error).message}`, {
          cause: error,
        });
      }
      text = '';
    };
    const add = (encode: () => string): void => {
      index += 1;
      if (index <= done) return;
      try {
        const line = encode();
        // a line that would never be read again is no line; a character has three octets at most
        if (line.length * 3 > this.#maxLineBytes && Buffer.byteLength(line) > this.#maxLineBytes) badInPiece += 1;
        else text += `${line}\n`;
      } catch {
        badInPiece += 1;
      }
      if (text.length >= PIECE_CHARACTERS) {
        write();
        done = index;
        bad += badInPiece;
        badInPiece = 0;
      }
    };
    for (const event of data.events) add(() => encodeEvent(event));
    for (const metric of data.metrics) add(() => encodeMetric(metric));
    write();
    bad += badInPiece;
    this.#partly.delete(data);
    if (bad > 0) {
      throw new StorageError(
        `FileStorage: ${bad} of ${data.size} items can't be written as a line of JSON of at most ${this.#maxLineBytes} octets`,
        {
          permanent: true,
          dropped: { not_serializable: bad },
        },
      );
    }
  }

  /** Appends a batch, as {@link storeSync} does. */
  async store(data: TelemetryData): Promise<void> {
    this.storeSync(data);
  }

  async retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return gather(this.scan(query));
  }

  async *scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    const resolved = resolveQuery(query, 'FileStorage');
    let left = resolved.limit;
    if (left <= 0) return;
    for await (const lines of readLines(this.path, this.#maxLineBytes, resolved.descending)) {
      for (const item of this.#decodeAll(lines)) {
        if (!matches(resolved, item)) continue;
        yield item;
        left -= 1;
        if (left <= 0) return;
      }
    }
  }

  async clear(): Promise<void> {
    try {
      truncateSync(this.path, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#writer.close();
  }

  *#decodeAll(lines: readonly RawLine[]): Generator<TelemetryItem, void, undefined> {
    for (const line of lines) {
      const item = this.#decode(line);
      if (item !== undefined) yield item;
    }
  }

  #decode(line: RawLine): TelemetryItem | undefined {
    if ('tooLong' in line) return this.#skip('too_long', `a line of ${line.tooLong} octets`);
    if (!isUtf8(line)) return this.#skip('not_utf8', 'a line that is no UTF-8');
    const text = line.toString('utf8');
    if (text.trim() === '') return undefined;
    try {
      return decodeLine(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    } catch (error) {
      return this.#skip('not_rimp', toError(error).message);
    }
  }

  #skip(reason: string, what: string): undefined {
    this.#unreadable += 1;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    this.#lastUnreadable = what;
    const now = Date.now();
    if (now - this.#toldAt < TELL_EVERY_MILLIS) return;
    this.#toldAt = now;
    diag.warn(`rimp-telemetry: ${this.path}: skipped ${what}; ${this.#unreadable} unreadable lines so far`);
  }
}

/** A path with the symbolic links on its way resolved, as far as it is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}
