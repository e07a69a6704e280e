import { encodeEvent, encodeMetric } from '../../codec/json-line-encode.js';
import type { TelemetryData } from '../../model/data.js';
import { StorageError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { kindOfErrno } from '../errno.js';
import { PartialAppend } from './line-file.js';
import { PieceBuffer } from './piece-buffer.js';

/** What is encoded before it is written: memory stays level however large a batch is. */
const PIECE_BYTES = 256 * 1024;

/** Lines that are ready to be written, and the times in them. */
export interface Piece {
  /** Whole lines; valid until {@link BatchWriter} goes on. */
  readonly bytes: Buffer;
  /** Milliseconds since the Unix epoch. */
  readonly earliest: number;
  readonly latest: number;
}

/** How far a batch has come. */
interface Progress {
  /** Items at its beginning that are in the file, or were refused. */
  readonly done: number;
  /** Those of them that were refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** The file that they are in. */
  readonly generation: number;
}

/**
 * Turns batches into lines, and remembers what of a batch is in the file while its caller may hand it over again:
 * nothing is written twice.
 */
export class BatchWriter {
  readonly #name: string;
  readonly #maxLineBytes: number;
  readonly #write: (piece: Piece) => void;
  readonly #progress = new WeakMap<TelemetryData, Progress>();
  readonly #buffer = new PieceBuffer();

  /** @param write - appends a piece; throws {@link PartialAppend} if part of it is in the file. */
  constructor(name: string, maxLineBytes: number, write: (piece: Piece) => void) {
    this.#name = name;
    this.#maxLineBytes = maxLineBytes;
    this.#write = write;
  }

  /**
   * Appends what of a batch is not in the file yet.
   *
   * @throws StorageError if the file can't be written, or items were refused for good, with their number.
   */
  append(data: TelemetryData, generation: () => number): void {
    const before = this.#progress.get(data) ?? { done: 0, refused: {}, generation: 0 };
    const run = new Run(this.#maxLineBytes, before, this.#buffer, this.#write);
    try {
      for (const event of data.events) run.add(event, encodeEvent);
      for (const metric of data.metrics) run.add(metric, encodeMetric);
      run.write();
    } catch (error) {
      this.#progress.set(data, { ...run.progress, generation: generation() });
      throw this.#failed(run.progress, error);
    }
    this.#progress.set(data, { ...run.progress, generation: generation() });
    const { refused } = run.progress;
    if (Object.keys(refused).length === 0) return;
    throw new StorageError(
      `FileStorage: ${show(refused)} of ${data.size} items can't be a line of JSON of at most ${this.#maxLineBytes} bytes`,
      { permanent: true, dropped: refused },
    );
  }

  /** Forgets batches whose callers know what became of them. */
  forget(batches: readonly TelemetryData[]): void {
    for (const data of batches) this.#progress.delete(data);
  }

  /**
   * Forgets what of some batches can't be brought to the disk any more.
   *
   * @param holds - whether the file of a number can be, or is there.
   */
  forgetOthers(batches: readonly TelemetryData[], holds: (generation: number) => boolean): void {
    for (const data of batches) {
      const progress = this.#progress.get(data);
      if (progress !== undefined && !holds(progress.generation)) this.#progress.delete(data);
    }
  }

  #failed({ done, refused }: Omit<Progress, 'generation'>, error: unknown): StorageError {
    const cause = error instanceof PartialAppend ? error.cause : error;
    return new StorageError(`FileStorage: ${this.#name} can't be written: ${toError(cause).message}`, {
      cause,
      ...(kindOfErrno(cause) === 'storage' && { concerns: 'storage' }),
      ...(done > 0 && { done, dropped: refused }),
    });
  }
}

/** One attempt at a batch. */
class Run {
  #done: number;
  #refused: Readonly<Record<string, number>>;
  readonly #maxLineBytes: number;
  readonly #write: (piece: Piece) => void;
  #index = 0;
  readonly #buffer: PieceBuffer;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  /** How far the batch has come behind each line of the piece. */
  #marks: Omit<Progress, 'generation'>[] = [];
  #refusedSoFar: Readonly<Record<string, number>>;

  constructor(maxLineBytes: number, { done, refused }: Progress, buffer: PieceBuffer, write: (piece: Piece) => void) {
    this.#maxLineBytes = maxLineBytes;
    this.#done = done;
    this.#refused = refused;
    this.#refusedSoFar = refused;
    this.#buffer = buffer;
    buffer.clear();
    this.#write = write;
  }

  get progress(): Omit<Progress, 'generation'> {
    return { done: this.#done, refused: this.#refused };
  }

  add<T extends TelemetryItem>(item: T, encode: (item: T) => string): void {
    this.#index += 1;
    if (this.#index <= this.#done) return;
    let line: string | undefined;
    try {
      line = encode(item);
    } catch {
      this.#refuse('not_serializable');
    }
    if (line !== undefined) {
      // a line that would never be read again is no line; a character has three bytes at most
      if (line.length * 3 > this.#maxLineBytes && Buffer.byteLength(line) > this.#maxLineBytes)
        this.#refuse('too_long');
      else this.#take(line, item.timestamp.getTime());
    }
    if (this.#buffer.size >= PIECE_BYTES) this.write();
  }

  /** Writes what is gathered. */
  write(): void {
    if (this.#buffer.size > 0) {
      try {
        this.#write({ bytes: this.#buffer.bytes, earliest: this.#earliest, latest: this.#latest });
      } catch (error) {
        const mark = error instanceof PartialAppend ? this.#marks[error.lines - 1] : undefined;
        if (mark !== undefined) {
          this.#done = mark.done;
          this.#refused = mark.refused;
        }
        throw error;
      }
    }
    this.#done = this.#index;
    this.#refused = this.#refusedSoFar;
    this.#buffer.clear();
    this.#marks = [];
    this.#earliest = Number.POSITIVE_INFINITY;
    this.#latest = Number.NEGATIVE_INFINITY;
  }

  #take(line: string, millis: number): void {
    this.#buffer.add(`${line}\n`);
    this.#marks.push({ done: this.#index, refused: this.#refusedSoFar });
    if (millis < this.#earliest) this.#earliest = millis;
    if (millis > this.#latest) this.#latest = millis;
  }

  #refuse(reason: string): void {
    this.#refusedSoFar = { ...this.#refusedSoFar, [reason]: (this.#refusedSoFar[reason] ?? 0) + 1 };
  }
}

function show(refused: Readonly<Record<string, number>>): string {
  return Object.entries(refused)
    .map(([reason, count]) => `${count} (${reason})`)
    .join(' and ');
}
