import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { TelemetryError } from '../model/errors.js';
import type { TelemetryItem } from '../model/item.js';
import { type ResolvedQuery, resolveQuery } from '../model/query.js';
import { Diagnostics } from '../runtime/diagnostics.js';
import { NO_OUTPUT } from '../runtime/diagnostics-output.js';
import { pause } from '../runtime/pause.js';
import { systemClock } from '../runtime/system-clock.js';
import { BlockDecoder } from '../storage/file/block-decoder.js';
import { NEAR_BYTES } from '../storage/file/file-position.js';
import { GzipDamage, unzippedParts } from '../storage/file/gunzip.js';
import { readAt, wholeLines } from '../storage/file/line-blocks.js';
import { closeQuietly } from '../storage/file/open-if-there.js';
import { segmentsOf } from '../storage/file/segments.js';
import { type Matcher, matcherOf } from '../storage/query-match.js';
import { targetOf } from '../storage/real-path.js';
import { type DeliveredFile, deliveredUpTo, recordsIn, type ShipFile, zippedMark } from './delivered-file.js';
import { FilesToShip, type ReadTask } from './files-to-ship.js';
import { bytesOf, restOf, wholePart } from './ship-blocks.js';
import { POLL_MILLIS, type ReadOptions, type ShipBatch, type ShipSource, type UnreadableFile } from './source.js';
import { UnreadableFiles } from './unreadable-files.js';
import { problemWith } from './what-is-there.js';

const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * A JSONL file of RIMP's, Python's or ours, compressed or not, with the files that rotation has closed; it may be written
 * and rotated meanwhile, by ourselves or by others (`telemetry.jsonl.1`, `telemetry.jsonl-20261125.gz`).
 *
 * Its cursor holds a record of each file: how far it was delivered, and what its bytes there and at its beginning are. A
 * file is read on from its record if it still holds those bytes, else from its beginning: rather twice than not at all.
 */
export class FileSource implements ShipSource {
  readonly name: string;
  readonly totalBytes: number;
  readonly #path: string;
  readonly #decoder: BlockDecoder;
  readonly #report: (what: string, error?: unknown) => void;
  readonly #unreadable: UnreadableFiles;
  readonly #files: FilesToShip;
  /** Bytes of the files that were read to their ends. */
  #finishedBytes = 0;
  /** Bytes read of the file that is being read. */
  #current = 0;

  /**
   * @param taken - of a run: no file is read by two of its sources.
   * @param report - is called with what goes wrong.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if there is no such file.
   */
  constructor(path: string, taken: Map<string, FilesToShip>, report: (what: string, error?: unknown) => void) {
    this.name = resolve(path);
    this.#path = targetOf(this.name);
    this.#report = report;
    this.#unreadable = new UnreadableFiles(report);
    this.#files = new FilesToShip(this.#path, taken, this.#unreadable, report);
    this.#decoder = new BlockDecoder(this.name, MAX_LINE_BYTES, new Diagnostics(systemClock, NO_OUTPUT));
    const paths = [...segmentsOf(this.#path).map((segment) => segment.path), this.#path];
    const sizes = paths.map((file) => statSync(file, { throwIfNoEntry: false })).filter((stat) => stat?.isFile());
    const isFile = statSync(this.#path, { throwIfNoEntry: false })?.isFile() === true;
    const problem = isFile || sizes.length === 0 ? problemWith(path) : undefined;
    if (problem !== undefined) throw new TelemetryError('RIMP_INVALID_ARGUMENT', `ship: expected a file, ${problem}`);
    this.totalBytes = sizes.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  }

  get bytesRead(): number {
    return this.#finishedBytes + this.#current;
  }

  get unreadable(): Readonly<Record<string, number>> {
    return this.#unreadable.addedTo(this.#decoder.unreadable.reasons);
  }

  get unreadableFiles(): readonly UnreadableFile[] {
    return this.#unreadable.list;
  }

  async *batches({ cursor, startTime, endTime, follow, signal }: ReadOptions): AsyncGenerator<ShipBatch> {
    const query = resolveQuery({ startTime, endTime }, 'ship');
    const matches = matcherOf(query);
    const records = recordsIn(cursor);
    this.#files.start(records ?? []);
    if (cursor !== undefined && records === undefined)
      this.#report(`the checkpoint of ${this.name} is of another kind: all of the file is sent`);
    while (!signal.aborted) {
      const files: ShipFile[] = [];
      try {
        for (const task of await this.#files.tasks(files)) {
          yield* this.#deliver(task, follow, query, matches);
          if (signal.aborted) return;
        }
      } finally {
        for (const { handle } of files) await closeQuietly(handle);
      }
      if (!follow) return;
      await pause(POLL_MILLIS, signal);
    }
  }

  async *#deliver(task: ReadTask, follow: boolean, query: ResolvedQuery, matches: Matcher): AsyncGenerator<ShipBatch> {
    const { file } = task;
    let { record } = task;
    const isLive = follow && file.path === this.#path;
    const note = (next: DeliveredFile): { readonly files: readonly DeliveredFile[] } => {
      const files = this.#files.note(record, next);
      record = next;
      return { files };
    };
    try {
      for await (const { items, offset, near } of this.#read(file, record?.offset ?? 0, isLive, query, matches))
        yield { items, cursor: note(deliveredUpTo(file, offset, near)) };
      if (file.compressed && record !== undefined && record.zipped === undefined)
        yield { items: [], cursor: note({ ...record, zipped: await zippedMark(file) }) };
      this.#unreadable.delete(file.path);
    } catch (error) {
      this.#unreadable.add(file.path, error);
      // what may pass is tried again when files are followed
      if (!(error instanceof GzipDamage)) return;
    }
    this.#files.finish(file, record);
    if (isLive) return;
    this.#current = 0;
    this.#finishedBytes += file.size;
  }

  async *#read(
    file: ShipFile,
    from: number,
    isLive: boolean,
    query: ResolvedQuery,
    matches: Matcher,
  ): AsyncGenerator<{ readonly items: readonly TelemetryItem[]; readonly offset: number; readonly near: Buffer }> {
    const start = file.compressed ? 0 : from;
    this.#current = start;
    const onRead = (bytes: number): void => {
      this.#current += bytes;
    };
    const bytes = file.compressed ? unzippedParts(file.handle, onRead) : bytesOf(file, start, onRead);
    let near =
      start > 0
        ? await readAt(file.handle, Math.max(0, start - NEAR_BYTES), Math.min(start, NEAR_BYTES))
        : Buffer.alloc(0);
    for await (const block of wholeLines(bytes, start, MAX_LINE_BYTES, (length) => this.#decoder.tooLong(length))) {
      const before = near;
      const whole = wholePart(block);
      near = Buffer.concat([before, whole.bytes.subarray(-NEAR_BYTES)]).subarray(-NEAR_BYTES);
      const offset = whole.start + whole.bytes.length;
      // somebody is writing this line, or was killed while doing so
      if (whole !== block && !isLive) this.#decoder.decode(restOf(block, offset), query, matches);
      if (offset <= from) continue;
      const rest = whole.start < from ? restOf(whole, from) : whole;
      yield { items: this.#decoder.decode(rest, query, matches).items, offset, near };
    }
  }
}
